package dev.meltemi.bus;

import dev.meltemi.schemas.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.function.Function;
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

    /// @param ends what stood when reading began
    private record Cursor(String topicId, int[] next, int[] ends, boolean caughtUp) {
        boolean reached() {
            for (int i = 0; i < next.length; i++) {
                if (next[i] < ends[i]) {
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
                cursors.put(topic.name(), new Cursor(log.topicId(), start.apply(log), log.end(), false));
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
        if (cursor == null || !cursor.topicId().equals(log.topicId())) {
            ready.add(new TopicEvent.Replaced<>(topic, cursor == null ? "" : cursor.topicId(), log.topicId()));
            cursor = new Cursor(log.topicId(), log.beginning(), log.end(), false);
        }
        var positions = Arrays.copyOf(cursor.next(), cursor.next().length);
        var end = log.end();
        for (int partition = 0; partition < positions.length; partition++) {
            int until = Math.min(end[partition], positions[partition] + BATCH);
            while (positions[partition] < until) {
                deliver(topic, log, partition, positions[partition]++);
            }
        }
        if (!Arrays.equals(positions, cursor.next())) {
            ready.add(new TopicEvent.Progress<>(topic, log.topicId(), byPartition(positions)));
        }
        var now = new Cursor(log.topicId(), positions, cursor.ends(), cursor.caughtUp());
        if (!now.caughtUp() && now.reached()) {
            ready.add(new TopicEvent.CaughtUp<>(topic, log.topicId()));
            now = new Cursor(log.topicId(), positions, cursor.ends(), true);
        }
        cursors.put(topic.name(), now);
    }

    private <V> void deliver(Topic<V> topic, MemoryLog log, int partition, int offset) {
        var entry = log.at(partition, offset);
        if (entry.key() != null) {
            var at = new Offset(log.topicId(), partition, offset, entry.time());
            var key = entry.key().getBytes(StandardCharsets.UTF_8);
            ready.add(Records.event(topic, key, entry.value(), entry.headers(), at));
        }
    }

    private static Map<Integer, Long> byPartition(int[] positions) {
        var all = new TreeMap<Integer, Long>();
        for (int partition = 0; partition < positions.length; partition++) {
            all.put(partition, (long) positions[partition]);
        }
        return all;
    }
}
