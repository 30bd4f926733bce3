package dev.meltemi.spiffe;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/// When a leaf is renewed, and when a renewal that failed is tried again.
///
/// ```
///  issued      a third    half                       not after
///    ├────────────┼─ jitter ─┼───────────────────────────┤
///                     ▲ renewed here: the CA may be away for the other half and nobody notices
/// ```
public final class RenewalSchedule {
    private static final double EARLIEST = 1.0 / 3;
    private static final double LATEST = 1.0 / 2;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /// After so many doublings a pause is longer than the longest.
    private static final int MOST_DOUBLINGS = 5;

    private RenewalSchedule() {}

    /// Before half of the life, and not all instances at once.
    ///
    /// @param issued when the life began, before any backdating
    public static Instant renewAt(Instant issued, Instant notAfter, RandomGenerator random) {
        double part = EARLIEST + random.nextDouble() * (LATEST - EARLIEST);
        return issued.plusMillis((long) (Duration.between(issued, notAfter).toMillis() * part));
    }

    /// Doubles from a second to half a minute, so everybody is served that long after a CA's return. The later half of
    /// each pause is chance, so that a fleet that lost its CA doesn't come back as one.
    ///
    /// @param failures so far, 1 or more
    public static Duration pauseAfter(int failures, RandomGenerator random) {
        long longest =
                Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS));
        return Duration.ofMillis(longest / 2 + (long) (random.nextDouble() * longest / 2));
    }
}
