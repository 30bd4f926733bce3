package dev.meltemi.admission;

import dev.meltemi.schemas.Headers;
import java.util.Optional;

/// The place on `mesh.config` up to which everything had been judged when a record was written. Every record of
/// accepted and status carries one, tombstones too: a successor knows from them where to go on.
record Stamp(String topicId, long offset) {
    static Optional<Stamp> of(Headers headers) {
        return headers.last(Headers.CONFIG_TOPIC_ID)
                .flatMap(topicId -> headers.last(Headers.CONFIG_OFFSET)
                        .flatMap(Stamp::number)
                        .map(offset -> new Stamp(topicId, offset)));
    }

    Headers on(Headers headers) {
        return headers.with(Headers.CONFIG_TOPIC_ID, topicId).with(Headers.CONFIG_OFFSET, Long.toString(offset));
    }

    /// Headers are text that anybody may have written.
    static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }
}
