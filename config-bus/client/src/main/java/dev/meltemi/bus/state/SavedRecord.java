package dev.meltemi.bus.state;

import dev.meltemi.schemas.Headers;

/// A record as it stands on its topic.
///
/// @param topic without the mesh's prefix
@SuppressWarnings("ArrayRecordComponent") // shared, never written to
public record SavedRecord(String topic, String key, byte[] raw, Headers headers) {
    public SavedRecord(String topic, String key, byte[] raw) {
        this(topic, key, raw, Headers.NONE);
    }
}
