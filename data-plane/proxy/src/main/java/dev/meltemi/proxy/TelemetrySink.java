package dev.meltemi.proxy;

import dev.meltemi.schemas.access.AccessEntry;

/// Where requests are told of when they have ended.
public interface TelemetrySink {
    /// Never blocks, never throws.
    ///
    /// @return false when the buffer was full and the entry is counted as dropped
    boolean offer(AccessEntry entry);

    /// Of a connection that is carried whole: when it opens, now and then while it moves octets, and when it ends,
    /// when an entry tells of it too. Never blocks, never throws.
    default void onConnection(ConnectionCount count) {}
}
