package dev.meltemi.proxy.overload;

import java.util.Locale;

/// What can be used up. All but connections belong to the whole process.
public enum Resource {
    /// Of the heap, what was left by the last collection that looked at all of it.
    HEAP,
    /// Buffers outside the heap, counted by chunks: a pool keeps some of them for the next burst.
    DIRECT_MEMORY,
    /// Of callers, against the proxy's own limit.
    CONNECTIONS,
    /// Open files and sockets, against the limit of the process.
    DESCRIPTORS;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
