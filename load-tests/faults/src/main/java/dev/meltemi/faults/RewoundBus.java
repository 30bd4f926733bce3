package dev.meltemi.faults;

import dev.meltemi.bus.BusState;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A bus whose readers are sent back again and again, to the beginning or to somewhere in between, as a consumer is
/// whose offsets were lost: what they delivered before they deliver once more, and then go on.
final class RewoundBus implements MeshBus {
    private static final int PREFETCH = 64;

    private final MeshBus bus;
    private final Random random;
    private final int oneIn;
    private final AtomicInteger rewinds = new AtomicInteger();

    /// @param oneIn so many records, on average, are followed by a rewind
    RewoundBus(MeshBus bus, Random random, int oneIn) {
        this.bus = bus;
        this.random = random;
        this.oneIn = oneIn;
    }

    int rewinds() {
        return rewinds.get();
    }

    @Override
    public Flux<TopicEvent<?>> follow(List<Topic<?>> topics) {
        return Flux.defer(() -> {
            var delivered = new ArrayList<TopicEvent<?>>();
            return bus.follow(topics).concatMap(event -> Flux.fromIterable(rewound(delivered, event)), PREFETCH);
        });
    }

    private synchronized List<TopicEvent<?>> rewound(List<TopicEvent<?>> delivered, TopicEvent<?> event) {
        boolean record = event instanceof TopicEvent.Put<?> || event instanceof TopicEvent.Delete<?>;
        if (!record) {
            return List.of(event);
        }
        delivered.add(event);
        if (random.nextInt(oneIn) != 0) {
            return List.of(event);
        }
        rewinds.incrementAndGet();
        int from = random.nextBoolean() ? 0 : random.nextInt(delivered.size());
        var again = new ArrayList<TopicEvent<?>>();
        again.add(event);
        again.addAll(delivered.subList(from, delivered.size()));
        return again;
    }

    @Override
    public void requireReachable() {
        bus.requireReachable();
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
    public void close() {
        bus.close();
    }
}
