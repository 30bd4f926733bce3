package dev.meltemi.bus;

import java.util.HashMap;
import java.util.Map;

/// Knows what was delivered before: a reader whose offsets were lost is sent back and repeats itself, and an old value
/// that came after a newer one would stand.
final class Replays {
    private final Map<String, Long> next = new HashMap<>();

    /// Whether this record was delivered already; never true of anything that isn't a record.
    boolean isOne(TopicEvent<?> event) {
        return switch (event) {
            case TopicEvent.Put<?> put -> wasDelivered(put, put.at());
            case TopicEvent.Delete<?> delete -> wasDelivered(delete, delete.at());
            case TopicEvent.Poisoned<?> poisoned -> wasDelivered(poisoned, poisoned.at());
            case TopicEvent.Progress<?> _, TopicEvent.CaughtUp<?> _, TopicEvent.Replaced<?> _ -> false;
        };
    }

    private boolean wasDelivered(TopicEvent<?> event, Offset at) {
        var place = event.topic().name() + " " + at.topicId() + " " + at.partition();
        long expected = next.getOrDefault(place, 0L);
        if (at.number() < expected) {
            return true;
        }
        next.put(place, at.number() + 1);
        return false;
    }
}
