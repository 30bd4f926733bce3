package dev.meltemi.sidecar.config;

import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.SetDigest;
import dev.meltemi.schemas.compiled.TopicCut;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The live records of one compiled topic as of a cut; records beyond it wait, by partition, in their order.
final class LiveTopic<V> {
    private static final byte[] NOTHING = {};

    /// Most records that wait for their cut, which arrives with them in one transaction. When there are more, the
    /// oldest wait no longer: cuts between then and now can't be run any more, the newest can.
    private final int mostWaiting;

    /// Of records of other keys only the position is noted.
    private Predicate<String> keeps = key -> true;

    private final Map<String, Live<V>> live = new TreeMap<>();
    private final Map<Integer, ArrayDeque<Arrival<V>>> waiting = new HashMap<>();
    private final Map<Integer, Long> positions = new HashMap<>();
    private final Map<String, String> unreadable = new TreeMap<>();
    private SetDigest digest = SetDigest.EMPTY;
    private int waitingCount;

    /// @param value null when the bytes can't be read, and what the key held before couldn't either
    /// @param readable the bytes of that value
    /// @param raw what the topic holds, of which its digest is made
    @SuppressWarnings("ArrayRecordComponent") // shared, never written to
    record Live<V>(@Nullable V value, byte[] readable, byte[] raw) {}

    private record Arrival<V>(String key, @Nullable Live<V> now, Offset at, String unreadable) {}

    LiveTopic(int mostWaiting) {
        this.mostWaiting = mostWaiting;
    }

    void put(TopicEvent.Put<V> put) {
        arrive(new Arrival<>(put.key(), new Live<>(put.value(), put.raw(), put.raw()), put.at(), ""));
    }

    void delete(TopicEvent.Delete<V> delete) {
        arrive(new Arrival<>(delete.key(), null, delete.at(), ""));
    }

    void poisoned(TopicEvent.Poisoned<V> poisoned) {
        Offset at = poisoned.at();
        arrive(new Arrival<>(
                poisoned.key(),
                new Live<>(null, NOTHING, poisoned.value()),
                at,
                poisoned.topic().name() + ":" + at.partition() + ":" + at.number() + " " + poisoned.key() + ": "
                        + poisoned.why()));
    }

    void progress(Map<Integer, Long> reached) {
        reached.forEach((partition, position) -> positions.merge(partition, position, Math::max));
    }

    /// What was delivered before is dropped: a reader that is sent back repeats itself, and an old value that
    /// came after a newer one would stand for a while.
    private void arrive(Arrival<V> arrival) {
        if (arrival.at().number() < positions.getOrDefault(arrival.at().partition(), 0L)) {
            return;
        }
        if (!keeps.test(arrival.key())) {
            positions.merge(arrival.at().partition(), arrival.at().number() + 1, Math::max);
            return;
        }
        var queue = waiting.computeIfAbsent(arrival.at().partition(), _ -> new ArrayDeque<>());
        queue.add(arrival);
        waitingCount++;
        positions.merge(arrival.at().partition(), arrival.at().number() + 1, Math::max);
        if (waitingCount > mostWaiting) {
            var longest = waiting.values().stream()
                    .max(Comparator.comparingInt(ArrayDeque::size))
                    .orElse(queue);
            take(longest.remove());
        }
    }

    /// Keeps records of these keys only, from now on and of those that are here. For a topic whose digest isn't
    /// compared.
    void keepOnly(Predicate<String> keys) {
        keeps = keys;
        live.keySet().removeIf(key -> !keys.test(key));
        unreadable.keySet().removeIf(key -> !keys.test(key));
        waiting.values().forEach(queue -> {
            int before = queue.size();
            queue.removeIf(arrival -> !keys.test(arrival.key()));
            waitingCount -= before - queue.size();
        });
    }

    boolean hasReached(TopicCut cut) {
        List<Long> ends = cut.getEndOffsets();
        for (int partition = 0; partition < ends.size(); partition++) {
            if (positions.getOrDefault(partition, 0L) < ends.get(partition)) {
                return false;
            }
        }
        return true;
    }

    /// Takes in what belongs to the cut.
    void advanceTo(TopicCut cut) {
        List<Long> ends = cut.getEndOffsets();
        waiting.forEach((partition, queue) -> {
            long end = partition < ends.size() ? ends.get(partition) : 0;
            for (var next = queue.peek(); next != null && next.at().number() < end; next = queue.peek()) {
                take(queue.remove());
            }
        });
    }

    /// Takes in everything that has arrived. A record that can't be read leaves what its key held before.
    ///
    /// @return the keys that changed
    Map<String, Optional<V>> advance() {
        var changes = new HashMap<String, Optional<V>>();
        waiting.values().forEach(queue -> {
            for (var next = queue.poll(); next != null; next = queue.poll()) {
                V value = next.now() == null ? null : next.now().value();
                if (next.unreadable().isEmpty()) {
                    changes.put(next.key(), Optional.ofNullable(value));
                    take(next);
                } else {
                    waitingCount--;
                    unreadable.put(next.key(), next.unreadable());
                }
            }
        });
        return changes;
    }

    private void take(Arrival<V> arrival) {
        waitingCount--;
        Live<V> now = arrival.now();
        Live<V> before = live.get(arrival.key());
        if (now == null) {
            live.remove(arrival.key());
        } else if (now.value() == null && before != null) {
            live.put(arrival.key(), new Live<>(before.value(), before.readable(), now.raw()));
        } else {
            live.put(arrival.key(), now);
        }
        if (before != null) {
            digest = digest.minus(arrival.key(), before.raw());
        }
        if (now != null) {
            digest = digest.plus(arrival.key(), now.raw());
        }
        if (arrival.unreadable().isEmpty()) {
            unreadable.remove(arrival.key());
        } else {
            unreadable.put(arrival.key(), arrival.unreadable());
        }
    }

    /// What is live is what the cut names, or it is but for records that can't be read: of those the cut means
    /// either these bytes, written by a newer compiler, or those before them, when somebody else wrote these.
    boolean agrees(TopicCut cut) {
        return agrees(cut, live.size(), digest) || (!unreadable.isEmpty() && agreesWithoutUnreadable(cut));
    }

    private boolean agreesWithoutUnreadable(TopicCut cut) {
        int count = live.size();
        var before = digest;
        for (String key : unreadable.keySet()) {
            Live<V> record = live.get(key);
            if (record != null) {
                before = before.minus(key, record.raw());
                if (record.value() == null) {
                    count--;
                } else {
                    before = before.plus(key, record.readable());
                }
            }
        }
        return agrees(cut, count, before);
    }

    private static boolean agrees(TopicCut cut, int count, SetDigest digest) {
        return count == cut.getCount() && digest.hex().equals(cut.getDigest());
    }

    /// Something beyond the cut is here, so a newer cut is on its way.
    boolean isAhead() {
        return waitingCount > 0;
    }

    /// Keys of the live records that can't be read; {@link #values} has what they held before, if anything.
    Set<String> unreadableKeys() {
        return Set.copyOf(unreadable.keySet());
    }

    /// `topic:partition:offset key: why` of each live record that can't be read.
    List<String> unreadable() {
        return List.copyOf(unreadable.values());
    }

    /// What can be read, and of what can't be the value before it.
    Map<String, V> values() {
        var values = new HashMap<String, V>();
        live.forEach((key, record) -> {
            if (record.value() != null) {
                values.put(key, record.value());
            }
        });
        return values;
    }

    /// What can be read of all that has arrived, whether or not a cut names it yet.
    List<V> newest() {
        var newest = new TreeMap<String, V>(values());
        waiting.values()
                .forEach(queue -> queue.forEach(arrival -> {
                    Live<V> now = arrival.now();
                    if (now == null) {
                        newest.remove(arrival.key());
                    } else if (now.value() != null) {
                        newest.put(arrival.key(), now.value());
                    }
                }));
        return List.copyOf(newest.values());
    }

    /// The bytes of {@link #values}.
    Map<String, byte[]> raw() {
        var raw = new HashMap<String, byte[]>();
        live.forEach((key, record) -> {
            if (record.value() != null) {
                raw.put(key, record.readable());
            }
        });
        return raw;
    }

    int size() {
        return live.size();
    }

    String digest() {
        return digest.hex();
    }
}
