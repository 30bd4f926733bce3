package dev.meltemi.routecompiler;

import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;

/// Where a record is and what its key is, as logs say it: `key@partition:offset`.
final class Place {
    private Place() {}

    static String of(TopicEvent<?> event) {
        return switch (event) {
            case TopicEvent.Put<?> put -> text(put.key(), put.at());
            case TopicEvent.Delete<?> delete -> text(delete.key(), delete.at());
            case TopicEvent.Poisoned<?> poisoned -> text(poisoned.key(), poisoned.at());
            case TopicEvent.Progress<?> _, TopicEvent.CaughtUp<?> _, TopicEvent.Replaced<?> _ -> "";
        };
    }

    private static String text(String key, Offset at) {
        return key + "@" + at.partition() + ":" + at.number();
    }
}
