package dev.meltemi.admission;

import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.Headers;
import java.time.Instant;
import java.util.Optional;

/// A document in force, as `mesh.config.accepted` holds it.
///
/// @param offset on `mesh.config`
/// @param createdSequence offset at which the document first appeared: "oldest wins" survives compaction
/// @param author claimed, empty when nobody said
/// @param at broker time at which it was accepted
record Version(String text, long offset, long createdSequence, String author, String reason, Instant at) {
    /// Reads back what {@link #headers} wrote; empty when a record lacks the offset, so wasn't written by admission.
    static Optional<Version> of(String text, Headers headers, Offset at) {
        return Stamp.of(headers)
                .map(stamp -> new Version(
                        text,
                        stamp.offset(),
                        headers.last(Headers.CREATED_SEQUENCE)
                                .flatMap(Stamp::number)
                                .orElse(stamp.offset()),
                        headers.last(Headers.AUTHOR).orElse(""),
                        headers.last(Headers.REASON).orElse(""),
                        at.brokerTime()));
    }

    Headers headers(String topicId) {
        var headers = new Stamp(topicId, offset)
                .on(Headers.NONE)
                .with(Headers.CREATED_SEQUENCE, Long.toString(createdSequence));
        if (!author.isEmpty()) {
            headers = headers.with(Headers.AUTHOR, author);
        }
        return reason.isEmpty() ? headers : headers.with(Headers.REASON, reason);
    }
}
