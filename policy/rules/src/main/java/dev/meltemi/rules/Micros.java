package dev.meltemi.rules;

import java.time.Duration;

/// Durations as compiled records carry them.
final class Micros {
    /// 292 years: what a reader can still hold in nanoseconds.
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Micros() {}

    /// Never overflows: a longer time than any process lives is cut.
    static long of(Duration duration) {
        return (duration.compareTo(LONGEST) > 0 ? LONGEST : duration).toNanos() / 1_000;
    }
}
