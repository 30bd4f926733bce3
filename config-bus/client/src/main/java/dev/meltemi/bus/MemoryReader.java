package dev.meltemi.bus;

import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.FluxSink;

/// One follower of an {@link InMemoryBus}: reads a little under the bus's lock, hands it on outside.
final class MemoryReader implements Runnable {
    private static final int BATCH = 200;

    private final InMemoryBus bus;
    private final List<Topic<?>> topics;
    private final Function<MemoryLog, int[]> start;
    private final FluxSink<TopicEvent<?>> sink;
    private final Map<String, Cursor> cursors = new HashMap<>();
    private final Queue<TopicEvent<?>> ready = new ArrayDeque<>();
    private boolean stopped;

    private static final class Cursor {
        final String topicId;
        final int[] next;
        /// What stood when reading began.
        final int[] ends;

        boolean caughtUp;

        Cursor(MemoryLog log, int[] next) {
            this.topicId = log.topicId();
            this.next = next;
            this.ends = log.end();
        }

        boolean reached() {
            for (int partition = 0; partition < next.length; partition++) {
                if (next[partition] < ends[partition]) {
                    return false;
                }
            }
            return true;
        }
    }

    MemoryReader(
            InMemoryBus bus, List<Topic<?>> topics, Function<MemoryLog, int[]> start, FluxSink<TopicEvent<?>> sink) {
        this.bus = bus;
        this.topics = topics;
        this.start = start;
        this.sink = sink;
    }

    void stop() {
        synchronized (bus) {
            stopped = true;
            bus.notifyAll();
        }
    }

    @Override
    public void run() {
        try {
            begin();
            while (true) {
                var event = next();
                if (event == null) {
                    return;
                }
                sink.next(event);
            }
        } catch (BusException e) {
            sink.error(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin() {
        synchronized (bus) {
            for (var topic : topics) {
                var log = bus.log(topic);
                cursors.put(topic.name(), new Cursor(log, start.apply(log)));
            }
        }
    }

    private @Nullable TopicEvent<?> next() throws InterruptedException {
        synchronized (bus) {
            while (!stopped) {
                if (sink.requestedFromDownstream() > 0) {
                    if (ready.isEmpty()) {
                        topics.forEach(this::read);
                    }
                    var event = ready.poll();
                    if (event != null) {
                        return event;
                    }
                }
                bus.wait();
            }
            return null;
        }
    }

    private <V> void read(Topic<V> topic) {
        var log = bus.log(topic);
        var cursor = cursors.get(topic.name());
        if (cursor == null || !cursor.topicId.equals(log.topicId())) {
            ready.add(new TopicEvent.Replaced<>(topic, cursor == null ? "" : cursor.topicId, log.topicId()));
            cursor = new Cursor(log, log.beginning());
            cursors.put(topic.name(), cursor);
        }
        var before = cursor.next.clone();
        var end = log.end();
        for (int partition = 0; partition < end.length; partition++) {
            int until = Math.min(end[partition], cursor.next[partition] + BATCH);
            while (cursor.next[partition] < until) {
                deliver(topic, log, partition, cursor.next[partition]++);
            }
        }
        if (!Arrays.equals(before, cursor.next)) {
            ready.add(new TopicEvent.Progress<>(topic, log.topicId(), byPartition(cursor.next)));
        }
        if (!cursor.caughtUp && cursor.reached()) {
            cursor.caughtUp = true;
            ready.add(new TopicEvent.CaughtUp<>(topic, log.topicId()));
        }
    }

    private <V> void deliver(Topic<V> topic, MemoryLog log, int partition, int offset) {
        var entry = log.at(partition, offset);
        if (entry.key() != null) {
            var at = new Offset(log.topicId(), partition, offset, entry.time());
            var key = entry.key().getBytes(StandardCharsets.UTF_8);
            ready.add(Records.event(topic, key, entry.value(), entry.headers(), at, this::learns));
        }
    }

    private boolean learns(int id) {
        var schemas = bus.log(Topics.SCHEMAS);
        return IntStream.range(0, schemas.end()[0])
                .mapToObj(offset -> schemas.at(0, offset).value())
                .filter(Objects::nonNull)
                .anyMatch(value -> SchemaSearch.teaches(value, id));
    }

    private static Map<Integer, Long> byPartition(int[] positions) {
        var all = new TreeMap<Integer, Long>();
        for (int partition = 0; partition < positions.length; partition++) {
            all.put(partition, (long) positions[partition]);
        }
        return all;
    }
}
