package dev.meltemi.cli;

import dev.meltemi.bus.BusState;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// Each command closes the bus that it opened; the broker behind it stays for the next one.
record BorrowedBus(MeshBus bus) implements MeshBus {
    @Override
    public void requireReachable() {
        bus.requireReachable();
    }

    @Override
    public Flux<TopicEvent<?>> follow(List<Topic<?>> topics) {
        return bus.follow(topics);
    }

    @Override
    public Flux<TopicEvent<?>> tail(List<Topic<?>> topics, @Nullable Instant since) {
        return bus.tail(topics, since);
    }

    @Override
    public Mono<Offset> publish(Write<?> write) {
        return bus.publish(write);
    }

    @Override
    public FencedWriter fencedWriter(String name) {
        return bus.fencedWriter(name);
    }

    @Override
    public Flux<Boolean> leadership(String service) {
        return bus.leadership(service);
    }

    @Override
    public void ensureTopics(List<Topic<?>> topics) {
        bus.ensureTopics(topics);
    }

    @Override
    public BusState inspect(List<Topic<?>> topics) {
        return bus.inspect(topics);
    }

    @Override
    public Optional<String> leader(String service) {
        return bus.leader(service);
    }

    @Override
    public void close() {}
}
