package dev.meltemi.bus;

import dev.meltemi.bus.BusState.TopicState;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/// The bus without a broker, for tests: it passes the contract tests that Kafka passes. Keeps every record.
public final class InMemoryBus implements MeshBus {
    private final InstantSource clock;
    private final Sinks.Empty<Void> closing = Sinks.empty();
    private final Map<String, MemoryLog> logs = new HashMap<>();
    private final Map<String, Integer> epochs = new HashMap<>();
    private final Map<String, List<FluxSink<Boolean>>> candidates = new HashMap<>();

    private InMemoryBus(InstantSource clock) {
        this.clock = clock;
    }

    /// With every topic of the catalogue.
    public static InMemoryBus create() {
        return create(InstantSource.system());
    }

    /// @param clock the broker's time
    public static InMemoryBus create(InstantSource clock) {
        var bus = new InMemoryBus(clock);
        bus.ensureTopics(Topics.all());
        return bus;
    }

    @Override
    public void requireReachable() {}

    @Override
    public Flux<TopicEvent<?>> follow(List<Topic<?>> topics) {
        return read(topics, MemoryLog::beginning);
    }

    @Override
    public Flux<TopicEvent<?>> tail(List<Topic<?>> topics, @Nullable Instant since) {
        return read(topics, since == null ? MemoryLog::end : log -> log.since(since));
    }

    private Flux<TopicEvent<?>> read(List<Topic<?>> topics, Function<MemoryLog, int[]> start) {
        return Flux.<TopicEvent<?>>create(
                        sink -> {
                            var reader = new MemoryReader(this, topics, start, sink);
                            sink.onRequest(_ -> wakeReaders());
                            sink.onDispose(reader::stop);
                            Thread.ofPlatform()
                                    .daemon()
                                    .name("memory-bus-reader")
                                    .start(reader);
                        },
                        FluxSink.OverflowStrategy.ERROR)
                .takeUntilOther(closing.asMono());
    }

    @Override
    public Mono<Offset> publish(Write<?> write) {
        return Mono.fromCallable(() -> append(List.of(write)).getFirst());
    }

    private synchronized List<Offset> append(List<Write<?>> writes) {
        for (var write : writes) {
            log(write.topic()).requireRoom(write);
        }
        var offsets = new ArrayList<Offset>();
        for (var write : writes) {
            offsets.add(log(write.topic()).append(write, clock.instant()));
        }
        notifyAll();
        return offsets;
    }

    @Override
    public synchronized FencedWriter fencedWriter(String name) {
        int epoch = epochs.merge(name, 1, Integer::sum);
        return new FencedWriter() {
            @Override
            public List<Offset> commit(List<Write<?>> first, Function<List<Offset>, List<Write<?>>> then) {
                return transaction(name, epoch, first, then);
            }

            @Override
            public void close() {}
        };
    }

    private synchronized List<Offset> transaction(
            String name, int epoch, List<Write<?>> first, Function<List<Offset>, List<Write<?>>> then) {
        if (!Integer.valueOf(epoch).equals(epochs.get(name))) {
            throw new FencedException("writer " + name + " was superseded by a newer one of that name", null);
        }
        var before = new HashMap<String, int[]>();
        logs.forEach((topic, log) -> before.put(topic, log.end()));
        try {
            var offsets = new ArrayList<>(append(first));
            var more = then.apply(List.copyOf(offsets));
            offsets.addAll(append(more));
            var touched = new ArrayList<>(first);
            touched.addAll(more);
            for (int i = 0; i < touched.size(); i++) {
                log(touched.get(i).topic()).mark(offsets.get(i).partition(), clock.instant());
            }
            return offsets;
        } catch (RuntimeException e) {
            before.forEach((topic, ends) -> memory(topic).truncate(ends));
            throw e;
        }
    }

    @Override
    public Flux<Boolean> leadership(String service) {
        return Flux.<Boolean>create(sink -> {
                    sink.onDispose(() -> retire(service, sink));
                    stand(service, sink);
                })
                .takeUntilOther(closing.asMono());
    }

    @Override
    public synchronized Optional<String> leader(String service) {
        return candidates.getOrDefault(service, List.of()).isEmpty() ? Optional.empty() : Optional.of("this process");
    }

    private void stand(String service, FluxSink<Boolean> candidate) {
        boolean leads;
        synchronized (this) {
            var all = candidates.computeIfAbsent(service, _ -> new ArrayList<>());
            all.add(candidate);
            leads = all.size() == 1;
        }
        if (leads) {
            candidate.next(true);
        }
    }

    private void retire(String service, FluxSink<Boolean> candidate) {
        FluxSink<Boolean> heir = null;
        synchronized (this) {
            var all = candidates.getOrDefault(service, new ArrayList<>());
            boolean led = !all.isEmpty() && all.getFirst().equals(candidate);
            all.remove(candidate);
            if (led && !all.isEmpty()) {
                heir = all.getFirst();
            }
        }
        if (heir != null) {
            heir.next(true);
        }
    }

    @Override
    public synchronized void ensureTopics(List<Topic<?>> topics) {
        topics.forEach(topic -> logs.computeIfAbsent(topic.name(), _ -> MemoryLog.create(topic.partitions())));
    }

    @Override
    public synchronized BusState inspect(List<Topic<?>> topics) {
        return new BusState(
                "memory",
                1,
                Optional.of(clock.instant()),
                topics.stream().map(this::state).toList());
    }

    private TopicState state(Topic<?> topic) {
        var log = logs.get(topic.name());
        return log == null
                ? TopicState.missing(topic)
                : new TopicState(
                        topic,
                        log.topicId(),
                        longs(log.beginning()),
                        longs(log.end()),
                        Map.of(),
                        List.of(),
                        Set.of("READ", "WRITE", "DESCRIBE"));
    }

    private static List<Long> longs(int[] offsets) {
        return Arrays.stream(offsets).asLongStream().boxed().toList();
    }

    /// Deletes the topic and creates it again, as a lost and rebuilt broker would.
    public synchronized void replace(Topic<?> topic) {
        logs.put(topic.name(), MemoryLog.create(topic.partitions()));
        notifyAll();
    }

    /// A record as it stood on another bus.
    @SuppressWarnings("ArrayRecordComponent") // bytes as they were recorded
    public record Recorded(int partition, int offset, String key, byte @Nullable [] value, Headers headers) {}

    /// Makes the topic what it was elsewhere: its id, and each record at its place. Offsets between them are holes, as
    /// compaction and transactions leave them.
    ///
    /// @param records the offsets of each partition ascending
    public synchronized void restore(Topic<?> topic, String topicId, List<Recorded> records) {
        var log = MemoryLog.create(topicId, topic.partitions());
        records.forEach(record -> log.place(record, clock.instant()));
        logs.put(topic.name(), log);
        notifyAll();
    }

    /// What log compaction leaves: the newest record of each key, and holes.
    public synchronized void compact(Topic<?> topic) {
        log(topic).compact();
    }

    /// Bytes as any tool could write them.
    public synchronized Offset append(Topic<?> topic, String key, byte[] value) {
        var offset = log(topic).append(topic, key, value, Headers.NONE, clock.instant());
        notifyAll();
        return offset;
    }

    synchronized MemoryLog log(Topic<?> topic) {
        return memory(topic.name());
    }

    private MemoryLog memory(String topic) {
        var log = logs.get(topic);
        if (log == null) {
            throw new BusException("topic " + topic + " doesn't exist on this bus; next: call ensureTopics first");
        }
        return log;
    }

    synchronized void wakeReaders() {
        notifyAll();
    }

    @Override
    public void close() {
        closing.tryEmitEmpty();
    }
}
