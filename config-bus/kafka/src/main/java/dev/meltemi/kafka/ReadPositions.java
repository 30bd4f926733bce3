package dev.meltemi.kafka;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Where a reader stands on each partition; outlives the consumer, so that a new one goes on there.
final class ReadPositions {
    private final StartAt start;
    private final Map<String, String> topicIds = new HashMap<>();
    private final Map<String, Integer> partitionCounts = new HashMap<>();
    private final Map<TopicPartition, Long> next = new HashMap<>();
    /// Partitions that have not reached the end offset that stood when reading began.
    private final Map<TopicPartition, Long> ends = new HashMap<>();

    private final Set<String> catchingUp = new HashSet<>();
    /// Topics that were read before: what is missing is missing because of retention or a new topic.
    private final Set<String> begun = new HashSet<>();

    ReadPositions(StartAt start) {
        this.start = start;
    }

    boolean isEmpty() {
        return topicIds.isEmpty();
    }

    String topicId(String topic) {
        return topicIds.getOrDefault(topic, "");
    }

    /// The id that the topic had before, when it is another topic now.
    @Nullable
    String adopt(String topic, String topicId, int partitions) {
        var before = topicIds.put(topic, topicId);
        partitionCounts.put(topic, partitions);
        if (topicId.equals(before)) {
            return null;
        }
        forget(partitions(topic));
        next.keySet().removeIf(partition -> partition.topic().equals(topic));
        return before;
    }

    void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(next::remove);
    }

    /// Points the consumer to where reading goes on.
    void seek(Consumer<?, ?> consumer) {
        var all = topicIds.keySet().stream()
                .flatMap(topic -> partitions(topic).stream())
                .toList();
        consumer.assign(all);
        var unknown = all.stream().filter(p -> !next.containsKey(p)).toList();
        var again = unknown.stream().filter(p -> begun.contains(p.topic())).toList();
        var first = unknown.stream().filter(p -> !begun.contains(p.topic())).toList();
        next.putAll(consumer.beginningOffsets(again));
        next.putAll(firstOffsets(consumer, first));
        ends.putAll(consumer.endOffsets(unknown));
        for (var partition : unknown) {
            begun.add(partition.topic());
            catchingUp.add(partition.topic());
        }
        next.forEach(consumer::seek);
        dropReached();
    }

    private Map<TopicPartition, Long> firstOffsets(Consumer<?, ?> consumer, List<TopicPartition> partitions) {
        return switch (start) {
            case StartAt.Beginning() -> consumer.beginningOffsets(partitions);
            case StartAt.End() -> consumer.endOffsets(partitions);
            case StartAt.Since(var time) -> since(consumer, partitions, time);
        };
    }

    private static Map<TopicPartition, Long> since(
            Consumer<?, ?> consumer, List<TopicPartition> partitions, Instant time) {
        var asked = new HashMap<TopicPartition, Long>();
        partitions.forEach(partition -> asked.put(partition, time.toEpochMilli()));
        var offsets = new HashMap<>(consumer.endOffsets(partitions));
        consumer.offsetsForTimes(asked).forEach((partition, found) -> {
            if (found != null) { // null: nothing that new
                offsets.put(partition, found.offset());
            }
        });
        return offsets;
    }

    /// The topics that moved.
    Set<String> advance(Consumer<?, ?> consumer) {
        var moved = new HashSet<String>();
        for (var entry : next.entrySet()) {
            long now = consumer.position(entry.getKey());
            if (now != entry.getValue()) {
                entry.setValue(now);
                moved.add(entry.getKey().topic());
            }
        }
        dropReached();
        return moved;
    }

    Map<Integer, Long> of(String topic) {
        var positions = new TreeMap<Integer, Long>();
        partitions(topic).forEach(partition -> positions.put(partition.partition(), next.getOrDefault(partition, 0L)));
        return positions;
    }

    List<String> newlyCaughtUp() {
        var reached = new ArrayList<String>();
        for (var topic : catchingUp) {
            if (ends.keySet().stream().noneMatch(p -> p.topic().equals(topic))) {
                reached.add(topic);
            }
        }
        reached.forEach(catchingUp::remove);
        return reached;
    }

    private void dropReached() {
        ends.entrySet().removeIf(end -> next.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    private List<TopicPartition> partitions(String topic) {
        var all = new ArrayList<TopicPartition>();
        for (int partition = 0; partition < partitionCounts.getOrDefault(topic, 0); partition++) {
            all.add(new TopicPartition(topic, partition));
        }
        return all;
    }
}
