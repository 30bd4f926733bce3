package dev.meltemi.admission;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// One accepted change as `mesh.config.history` keeps it, as one line of JSON.
///
/// @param before text of the version that it replaced, null when it is the first, or when both don't fit one record
///     (then `beforeOffset` names the record of history that has it as `after`)
/// @param after null for a deletion
/// @param who claimed, empty when nobody said
/// @param when broker time of the record on `mesh.config`, RFC 3339
record HistoryEntry(
        String key,
        long offset,
        String who,
        String why,
        String when,
        long beforeOffset,
        @Nullable String before,
        @Nullable String after) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Less than the topic's 2 MiB, with room for key and headers. Two documents of 512 KiB reach it only when escaping
    /// doubles them.
    private static final int LARGEST = 2 * 1024 * 1024 - 16 * 1024;

    String json() {
        var json = JSON.writeValueAsString(this);
        return json.getBytes(StandardCharsets.UTF_8).length <= LARGEST
                ? json
                : JSON.writeValueAsString(new HistoryEntry(key, offset, who, why, when, beforeOffset, null, after));
    }
}
