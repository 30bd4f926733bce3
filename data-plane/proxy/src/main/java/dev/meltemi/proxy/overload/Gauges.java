package dev.meltemi.proxy.overload;

/// What is measured of a process, as shares of what it may have.
public interface Gauges {
    /// Of the heap, after the last collection of all of it; 0 before the first.
    double heap();

    double directMemory();

    double descriptors();

    /// Collects the heap, so that {@link #heap} is of now. Called only while that is too high: a heap that nobody
    /// allocates from isn't collected by itself, and its proxy would shed for ever.
    void collect();
}
