package dev.meltemi.sidecar.config;

/// A compiled record as it stands on its topic.
///
/// @param topic without the mesh's prefix
@SuppressWarnings("ArrayRecordComponent") // shared, never written to
record SavedRecord(String topic, String key, byte[] raw) {}
