package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.Warmup;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Gives new endpoints less than their share and more with time, as Envoy's slow start: the weight times
/// `max(minimum, (age / duration) ^ (1 / aggression))`.
///
/// @param aggression 1: in proportion to the age; more: faster at first
record WarmingUp(long durationNanos, double minimum, double aggression) {
    /// Weights are whole numbers: a weight of 1 can be cut to a thousandth.
    private static final int PARTS = 1_000;

    /// Weights are worked out anew that often while somebody is new.
    private static final long STEPS = 100;

    private static final long LONGEST_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SHORTEST_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /// Envoy counts the first second as over.
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);

    static WarmingUp of(Warmup said) {
        return new WarmingUp(
                TimeUnit.MICROSECONDS.toNanos(said.getDurationUs()),
                Math.clamp(said.getMinimumPercent() / 100, 0.0, 1.0),
                said.getAggression() > 0 ? said.getAggression() : 1);
    }

    boolean isNew(Endpoint endpoint, long now) {
        return now - endpoint.since() < durationNanos;
    }

    /// @return from 0 to 1
    double factor(long ageNanos) {
        if (ageNanos >= durationNanos) {
            return 1;
        }
        double time = (double) Math.max(FIRST_NANOS, ageNanos) / durationNanos;
        return Math.min(1, Math.max(minimum, Math.pow(time, 1 / aggression)));
    }

    /// What each endpoint's weight is worth now; the sum fits an `int` if that of the weights does.
    int[] weights(List<Endpoint> all, long now) {
        long sum = all.stream().mapToLong(Endpoint::weight).sum();
        double parts = Math.min(PARTS, (double) Integer.MAX_VALUE / (2 * Math.max(1, sum)));
        return all.stream()
                .mapToInt(endpoint ->
                        (int) Math.max(1, Math.round(endpoint.weight() * parts * factor(now - endpoint.since()))))
                .toArray();
    }

    long stepNanos() {
        return Math.clamp(durationNanos / STEPS, SHORTEST_STEP_NANOS, LONGEST_STEP_NANOS);
    }
}
