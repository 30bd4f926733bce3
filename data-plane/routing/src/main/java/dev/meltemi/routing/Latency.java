package dev.meltemi.routing;

import java.util.concurrent.atomic.AtomicLong;

/// How long an endpoint's answers take: an average that forgets exponentially but jumps up at once, to the peak of what
/// it sees (peak EWMA, as Finagle's and Linkerd's). Without news it decays towards nothing, so that an endpoint that
/// was slow is tried again. Event loops share it without locks and without garbage.
final class Latency {
    /// Linkerd's: long enough that an unknown endpoint isn't overrun, short enough that it gets its chance.
    static final long DEFAULT_NANOS = 30_000_000;

    /// Linkerd's: what was seen that long ago still counts for 1/e.
    private static final double DECAY_NANOS = 10e9;

    /// A tick is 2^16 ns, 66 µs: 32 bits of them are 78 hours, and what is older than half of that has no weight.
    private static final int TICK_BITS = 16;

    /// Event loops read the clock before they come here: that much older is not another turn of the ticks.
    private static final int LATE_TICKS = 1 << TICK_BITS;

    /// High half: nanoseconds as a float. Low half: the tick at which it was so. 0: nothing seen yet.
    private final AtomicLong state = new AtomicLong();

    /// @param now nanoseconds of a monotonic clock
    void saw(long nanos, long now) {
        long before;
        long after;
        do {
            before = state.get();
            after = next(before, nanos, now);
        } while (before != after && !state.compareAndSet(before, after));
    }

    private static long next(long before, long nanos, long now) {
        if (before == 0) {
            return packed((double) nanos, now);
        }
        float mean = mean(before);
        if (nanos >= mean) {
            return packed((double) nanos, now);
        }
        double kept = kept(before, now);
        return kept == 1 ? before : packed(mean * kept + (double) nanos * (1 - kept), now);
    }

    /// What the next answer is expected to take.
    double nanos(long now) {
        long seen = state.get();
        return seen == 0 ? DEFAULT_NANOS : mean(seen) * kept(seen, now);
    }

    private static double kept(long seen, long now) {
        int ticks = tick(now) - (int) seen;
        if (ticks < 0 && ticks > -LATE_TICKS) {
            return 1;
        }
        return ticks < 0 ? 0 : Math.exp(-((long) ticks << TICK_BITS) / DECAY_NANOS);
    }

    private static float mean(long state) {
        return Float.intBitsToFloat((int) (state >>> 32));
    }

    private static int tick(long now) {
        return (int) (now >>> TICK_BITS);
    }

    /// At least a nanosecond: 0 means that nothing was seen.
    private static long packed(double nanos, long now) {
        long bits = Float.floatToRawIntBits((float) Math.max(1, nanos));
        return (bits << 32) | Integer.toUnsignedLong(tick(now));
    }
}
