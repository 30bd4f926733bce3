package dev.meltemi.cli;

import dev.meltemi.bus.BusException;
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

/// A bus as Kafka's client shows it while no broker is there: reads are silent, questions are answered with why.
record AbsentBus(String bootstrapServers) implements MeshBus {
    @Override
    public void requireReachable() {
        throw absent();
    }

    private BusException absent() {
        return new BusException("no broker answered at " + bootstrapServers + ": " + bootstrapServers
                + ": connection refused; next: start one with `meltemi broker`");
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
        return Mono.error(absent());
    }

    @Override
    public FencedWriter fencedWriter(String name) {
        throw absent();
    }

    @Override
    public Flux<Boolean> leadership(String service) {
        return Flux.never();
    }

    @Override
    public void ensureTopics(List<Topic<?>> topics) {
        throw absent();
    }

    @Override
    public BusState inspect(List<Topic<?>> topics) {
        throw absent();
    }

    @Override
    public void close() {}
}
