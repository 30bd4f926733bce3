package dev.meltemi.sidecar;

import dev.meltemi.bus.BusState;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A bus whose broker is away: nothing arrives, nothing is answered.
final class SilentBus implements MeshBus {
    @Override
    public void requireReachable() {
        throw new UnsupportedOperationException("nobody asks");
    }

    @Override
    public Flux<TopicEvent<?>> follow(List<Topic<?>> topics) {
        return Flux.never();
    }

    @Override
    public Flux<TopicEvent<?>> tail(List<Topic<?>> topics, @Nullable Instant since) {
        return Flux.never();
    }

    @Override
    public Mono<Offset> publish(Write<?> write) {
        return Mono.never();
    }

    @Override
    public FencedWriter fencedWriter(String name) {
        throw new UnsupportedOperationException("nobody asks");
    }

    @Override
    public Flux<Boolean> leadership(String service) {
        return Flux.never();
    }

    @Override
    public void ensureTopics(List<Topic<?>> topics) {
        throw new UnsupportedOperationException("nobody asks");
    }

    @Override
    public BusState inspect(List<Topic<?>> topics) {
        throw new UnsupportedOperationException("nobody is there to be asked");
    }

    @Override
    public void close() {}
}
