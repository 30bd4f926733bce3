package dev.meltemi.faults;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What stands on the topic of refused records: by key, what the newest one's headers say of the reason.
final class RejectedBook {
    private static final String MESSAGE = "mesh.error.message";
    private static final Duration READING = Duration.ofSeconds(20);
    private final Map<String, String> reasons = new HashMap<>();

    static RejectedBook read(MeshBus bus) {
        var book = new RejectedBook();
        bus.follow(List.of(Topics.REJECTED)).takeUntil(book::take).blockLast(READING);
        return book;
    }

    private boolean take(TopicEvent<?> event) {
        if (event instanceof TopicEvent.Put<?> put) {
            reasons.put(put.key(), put.headers().last(MESSAGE).orElse(""));
        } else if (event instanceof TopicEvent.Poisoned<?> poisoned) {
            reasons.put(poisoned.key(), poisoned.headers().last(MESSAGE).orElse(""));
        }
        return event instanceof TopicEvent.CaughtUp<?>;
    }

    /// Empty when none was refused.
    String why(String key) {
        return reasons.getOrDefault(key, "");
    }
}
