package dev.meltemi.sidecar;

import dev.meltemi.routing.HealthChange;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Tells the bus of endpoints that were ejected, fail checks, or are well again. An endpoint that flaps mustn't flood
/// it: so many at once, then so many a second, and what is too much is counted.
final class HealthNews implements Consumer<HealthChange> {
    private static final int AT_ONCE = 50;
    private static final long NANOS_EACH = 200_000_000;

    private final BiConsumer<String, String> told;
    private final LongSupplier clock;
    private final LongAdder dropped = new LongAdder();
    /// When there would be room for all at once again: each one moves it on.
    private final AtomicLong full;

    /// @param told type and detail of an event; doesn't block
    /// @param clock nanoseconds
    HealthNews(BiConsumer<String, String> told, LongSupplier clock) {
        this.told = told;
        this.clock = clock;
        this.full = new AtomicLong(clock.getAsLong());
    }

    @Override
    public void accept(HealthChange change) {
        if (!hasRoom()) {
            dropped.increment();
            return;
        }
        told.accept(
                change.kind().event(),
                change.endpoint() + " of " + change.cluster().name() + ": " + change.why());
    }

    private boolean hasRoom() {
        long now = clock.getAsLong();
        while (true) {
            long before = full.get();
            long after = Math.max(before, now) + NANOS_EACH;
            if (after - now > AT_ONCE * NANOS_EACH) {
                return false;
            }
            if (full.compareAndSet(before, after)) {
                return true;
            }
        }
    }

    long dropped() {
        return dropped.sum();
    }
}
