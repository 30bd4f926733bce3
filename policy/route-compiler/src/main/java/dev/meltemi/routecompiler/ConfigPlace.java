package dev.meltemi.routecompiler;

import dev.meltemi.schemas.Headers;
import java.util.Optional;

/// A place on `mesh.config`, as admission notes it on what it accepts.
record ConfigPlace(String topicId, long offset) {
    /// Before anything was accepted.
    static final ConfigPlace NONE = new ConfigPlace("", -1);

    static Optional<ConfigPlace> of(Headers headers) {
        return headers.last(Headers.CONFIG_TOPIC_ID)
                .flatMap(topicId -> number(headers, Headers.CONFIG_OFFSET).map(at -> new ConfigPlace(topicId, at)));
    }

    static Optional<Long> number(Headers headers, String name) {
        try {
            return headers.last(name).map(Long::parseLong);
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    /// Places compare on one topic only; the place before the first is on none.
    boolean isOnOtherTopicThan(ConfigPlace other) {
        return !topicId.isEmpty() && !other.topicId.isEmpty() && !topicId.equals(other.topicId);
    }

    ConfigPlace later(ConfigPlace other) {
        return other.offset > offset ? other : this;
    }
}
