package dev.meltemi.faults;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Bounded waiting for something that other processes do and nobody signals.
public final class Await {
    private static final long LOOK_EVERY_NANOS = 5_000_000;

    private Await() {}

    /// @param what for the message: `reviews-v1 starts`
    /// @return how long it took
    /// @throws AssertionError when it takes longer than the patience
    public static Duration until(String what, Duration patience, BooleanSupplier condition) {
        var took = within(patience, condition);
        if (took.compareTo(patience) >= 0) {
            throw new AssertionError(what + ": not within " + patience.toMillis() + " ms");
        }
        return took;
    }

    /// @return how long it took; the patience or more when it didn't happen
    public static Duration within(Duration patience, BooleanSupplier condition) {
        long begin = System.nanoTime();
        while (true) {
            if (condition.getAsBoolean()) {
                long took = System.nanoTime() - begin;
                // seen late is still seen: a machine with two cores and much to do looks rarely
                return Duration.ofNanos(Math.min(took, patience.toNanos() - 1));
            }
            if (System.nanoTime() - begin >= patience.toNanos()) {
                return patience;
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    /// Lets the load go on for a while.
    public static void pass(Duration time) {
        within(time, () -> false);
    }
}
