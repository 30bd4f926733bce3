package dev.meltemi.bus;

import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import java.util.Map;

/// What happens on a followed topic, in the order of each partition.
public sealed interface TopicEvent<V> {
    Topic<V> topic();

    /// @param raw the value's bytes as they stand on the topic: digests are made of them, because another version's
    /// writer may encode the same value differently
    @SuppressWarnings("ArrayRecordComponent") // shared, not copied: nobody writes to them
    record Put<V>(Topic<V> topic, String key, V value, byte[] raw, Headers headers, Offset at)
            implements TopicEvent<V> {}

    /// A tombstone.
    record Delete<V>(Topic<V> topic, String key, Headers headers, Offset at) implements TopicEvent<V> {}

    /// A record that the topic's codec can't read, or without a key (key empty). It replaced what its key held before.
    @SuppressWarnings("ArrayRecordComponent") // raw bytes of the record, handed on as they are
    record Poisoned<V>(Topic<V> topic, String key, byte[] value, Headers headers, Offset at, String why)
            implements TopicEvent<V> {}

    /// Everything before these offsets has been delivered, by partition; compaction and transaction markers leave holes
    /// that only this shows. Of a quiet topic it is said again every few seconds while the broker answers.
    record Progress<V>(Topic<V> topic, String topicId, Map<Integer, Long> positions) implements TopicEvent<V> {}

    /// The end offsets that stood at subscription have been reached on every partition: what was not delivered is not
    /// there.
    record CaughtUp<V>(Topic<V> topic, String topicId) implements TopicEvent<V> {}

    /// The topic was deleted and created again: an alarm, not a deletion. Following goes on from the new topic's
    /// beginning.
    record Replaced<V>(Topic<V> topic, String before, String now) implements TopicEvent<V> {}
}
