package dev.meltemi.routecompiler;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.SetDigest;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.compiled.TopicCut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one compiled topic holds: as its only writer knows it, down to the bytes of which the cut's digest is made.
///
/// Records of others have no business here. Those found at the start are counted in and overwritten; those that come
/// later are overwritten as soon as they are seen.
final class OutputTopic<V> {
    private static final Logger LOG = LoggerFactory.getLogger(OutputTopic.class);
    /// For key, headers and the framing of a batch, of what a topic takes.
    private static final int ROOM = 16 * 1024;

    private final Topic<V> topic;
    /// Newer records apply before their cut.
    private final boolean fast;

    private final Map<String, Live<V>> live = new HashMap<>();
    private final Map<String, TooLarge<V>> tooLarge = new HashMap<>();
    private final long[] ends;
    /// Offsets of our own records that will still be delivered back to us.
    private final List<TreeSet<Long>> echoes = new ArrayList<>();
    private SetDigest digest = SetDigest.EMPTY;

    /// @param value null when the bytes can't be read
    @SuppressWarnings("ArrayRecordComponent") // shared, never written to
    private record Live<V>(@Nullable V value, byte[] raw) {}

    record TooLarge<V>(V value, int bytes) {}

    OutputTopic(Topic<V> topic, boolean fast) {
        this.topic = topic;
        this.fast = fast;
        this.ends = new long[topic.partitions()];
        for (int partition = 0; partition < topic.partitions(); partition++) {
            echoes.add(new TreeSet<>());
        }
    }

    Topic<V> topic() {
        return topic;
    }

    int size() {
        return live.size();
    }

    /// Takes in what the topic holds, before anything is written.
    void read(TopicEvent<V> event) {
        switch (event) {
            case TopicEvent.Put<V> put -> hold(put.key(), new Live<>(put.value(), put.raw()), put.at());
            case TopicEvent.Poisoned<V> poisoned ->
                hold(poisoned.key(), new Live<>(null, poisoned.value()), poisoned.at());
            case TopicEvent.Delete<V> delete -> hold(delete.key(), null, delete.at());
            case TopicEvent.Progress<V> _, TopicEvent.CaughtUp<V> _, TopicEvent.Replaced<V> _ -> {}
        }
    }

    /// What makes the topic hold `wanted` and nothing else.
    Map<String, Optional<V>> differenceTo(Map<String, V> wanted) {
        var changes = new TreeMap<String, Optional<V>>();
        wanted.forEach((key, value) -> changes.put(key, Optional.of(value)));
        live.keySet().forEach(key -> changes.putIfAbsent(key, Optional.empty()));
        return differing(changes);
    }

    /// Those of the changes that the topic doesn't hold already.
    Map<String, Optional<V>> differing(Map<String, Optional<V>> changes) {
        var differing = new TreeMap<String, Optional<V>>();
        changes.forEach((key, change) -> {
            var held = live.get(key);
            boolean same = held == null
                    ? change.isEmpty()
                    : change.filter(value -> value.equals(held.value())).isPresent();
            tooLarge.remove(key);
            if (!same && fits(key, change)) {
                differing.put(key, change);
            }
        });
        return differing;
    }

    /// What the topic doesn't take would break the publication of everything else: its key keeps what was last good.
    private boolean fits(String key, Optional<V> change) {
        int bytes = change.map(value -> topic.codec().encode(value).length).orElse(0);
        if (bytes <= topic.maxBytes() - ROOM) {
            return true;
        }
        LOG.error("event=record-too-large topic={} key={} bytes={}", topic.name(), key, bytes);
        change.ifPresent(value -> tooLarge.put(key, new TooLarge<>(value, bytes)));
        return false;
    }

    /// What should stand on the topic and doesn't fit a record, by key.
    Map<String, TooLarge<V>> tooLarge() {
        return Map.copyOf(tooLarge);
    }

    /// Our own value for a key on which somebody else has written, or a deletion when we have none; empty for the echo
    /// of our own record.
    Optional<Map.Entry<String, Optional<V>>> mending(TopicEvent<V> event) {
        return switch (event) {
            case TopicEvent.Put<V> put -> mending(put.key(), put.at());
            case TopicEvent.Delete<V> delete -> mending(delete.key(), delete.at());
            case TopicEvent.Poisoned<V> poisoned -> mending(poisoned.key(), poisoned.at());
            case TopicEvent.Progress<V> _, TopicEvent.CaughtUp<V> _, TopicEvent.Replaced<V> _ -> Optional.empty();
        };
    }

    private Optional<Map.Entry<String, Optional<V>>> mending(String key, Offset at) {
        var own = echoes.get(at.partition());
        boolean echo = own.remove(at.number());
        own.headSet(at.number()).clear();
        var held = live.get(key);
        return echo
                ? Optional.empty()
                : Optional.of(Map.entry(key, Optional.ofNullable(held == null ? null : held.value())));
    }

    List<Write<?>> writes(Map<String, Optional<V>> changes) {
        var writes = new ArrayList<Write<?>>();
        changes.forEach((key, change) -> writes.add(
                change.map(value -> Write.put(topic, key, value)).orElseGet(() -> Write.delete(topic, key))));
        return writes;
    }

    /// @param at in the order of {@link #writes}
    void written(Map<String, Optional<V>> changes, List<Offset> at) {
        var offsets = at.iterator();
        changes.forEach((key, change) -> {
            var offset = offsets.next();
            echoes.get(offset.partition()).add(offset.number());
            hold(
                    key,
                    change.map(value -> new Live<>(value, topic.codec().encode(value)))
                            .orElse(null),
                    offset);
        });
    }

    TopicCut cut() {
        return TopicCut.newBuilder()
                .setTopic(topic.name())
                .setEndOffsets(Arrays.stream(ends).boxed().toList())
                .setExact(!fast)
                .setCount(digest.count())
                .setDigest(digest.hex())
                .build();
    }

    private void hold(String key, @Nullable Live<V> now, Offset at) {
        var before = now == null ? live.remove(key) : live.put(key, now);
        if (before != null) {
            digest = digest.minus(key, before.raw());
        }
        if (now != null) {
            digest = digest.plus(key, now.raw());
        }
        ends[at.partition()] = Math.max(ends[at.partition()], at.number() + 1);
    }
}
