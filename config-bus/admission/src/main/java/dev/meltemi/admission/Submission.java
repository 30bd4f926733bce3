package dev.meltemi.admission;

import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.Headers;
import org.jspecify.annotations.Nullable;

/// One record of `mesh.config` as it arrived, before anybody judged it.
///
/// @param value null deletes
@SuppressWarnings("ArrayRecordComponent") // a record's bytes, which nobody writes to
record Submission(String key, byte @Nullable [] value, Headers headers, Offset at) {
    /// Who claims to have written it; unproven until senders sign.
    String author() {
        return headers.last(Headers.AUTHOR).orElse("");
    }

    String reason() {
        return headers.last(Headers.REASON).orElse("");
    }

    int size() {
        return value == null ? 0 : value.length;
    }
}
