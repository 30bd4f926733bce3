package dev.meltemi.bus;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One topic in memory. Guarded by its bus.
final class MemoryLog {
    private final String topicId;
    private final List<List<Entry>> partitions;

    /// @param key null marks an offset without a record: a transaction's end, or what compaction took
    @SuppressWarnings("ArrayRecordComponent") // a record's bytes, as they were written
    record Entry(@Nullable String key, byte @Nullable [] value, Headers headers, Instant time) {}

    private MemoryLog(String topicId, List<List<Entry>> partitions) {
        this.topicId = topicId;
        this.partitions = partitions;
    }

    static MemoryLog create(int partitions) {
        return create(UUID.randomUUID().toString(), partitions);
    }

    static MemoryLog create(String topicId, int partitions) {
        var empty = new ArrayList<List<Entry>>();
        for (int i = 0; i < partitions; i++) {
            empty.add(new ArrayList<>());
        }
        return new MemoryLog(topicId, empty);
    }

    void truncate(int[] ends) {
        for (int partition = 0; partition < ends.length; partition++) {
            var entries = partitions.get(partition);
            entries.subList(ends[partition], entries.size()).clear();
        }
    }

    String topicId() {
        return topicId;
    }

    int partitions() {
        return partitions.size();
    }

    Entry at(int partition, int offset) {
        return partitions.get(partition).get(offset);
    }

    int[] beginning() {
        return new int[partitions.size()];
    }

    int[] end() {
        return partitions.stream().mapToInt(List::size).toArray();
    }

    int[] since(Instant time) {
        return partitions.stream()
                .mapToInt(entries -> {
                    int offset = entries.size();
                    while (offset > 0 && !entries.get(offset - 1).time().isBefore(time)) {
                        offset--;
                    }
                    return offset;
                })
                .toArray();
    }

    void requireRoom(Write<?> write) {
        int size =
                write.key().length() + encoded(write).map(bytes -> bytes.length).orElse(0);
        if (size > write.topic().maxBytes()) {
            throw new BusException("writing to " + write.topic().name() + ": the record is too large: " + size
                    + " bytes, at most " + write.topic().maxBytes());
        }
    }

    Offset append(Write<?> write, Instant time) {
        return append(write.topic(), write.key(), encoded(write).orElse(null), write.headers(), time);
    }

    Offset append(Topic<?> topic, String key, byte @Nullable [] value, Headers headers, Instant time) {
        int hash = Arrays.hashCode(key.getBytes(StandardCharsets.UTF_8));
        int partition = Math.floorMod(hash, topic.partitions());
        var entries = partitions.get(partition);
        entries.add(new Entry(key, value, headers, time));
        return new Offset(topicId, partition, entries.size() - 1, time);
    }

    void mark(int partition, Instant time) {
        partitions.get(partition).add(new Entry(null, null, Headers.NONE, time));
    }

    void place(InMemoryBus.Recorded record, Instant time) {
        var entries = partitions.get(record.partition());
        while (entries.size() < record.offset()) {
            entries.add(new Entry(null, null, Headers.NONE, time));
        }
        entries.add(new Entry(record.key(), record.value(), record.headers(), time));
    }

    void compact() {
        for (var entries : partitions) {
            var newest = new HashMap<String, Integer>();
            for (int offset = entries.size() - 1; offset >= 0; offset--) {
                var entry = entries.get(offset);
                if (entry.key() != null && newest.putIfAbsent(entry.key(), offset) != null) {
                    entries.set(offset, new Entry(null, null, Headers.NONE, entry.time()));
                }
            }
        }
    }

    private static <V> Optional<byte[]> encoded(Write<V> write) {
        var value = write.value();
        return value == null
                ? Optional.empty()
                : Optional.of(write.topic().codec().encode(value));
    }
}
