package dev.meltemi.proxy;

import dev.meltemi.schemas.access.AccessEntry;

/// Where requests are told of when they have ended.
public interface TelemetrySink {
    /// Never blocks, never throws.
    ///
    /// @return false when the buffer was full and the entry is counted as dropped
    boolean offer(AccessEntry entry);
}
