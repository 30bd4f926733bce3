package dev.meltemi.bus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/// How long something took, counted in buckets, for a metrics page. For any number of threads.
public final class Timings {
    /// Upper bounds in seconds: those of Istio's `pilot_proxy_convergence_time` and finer ones below.
    public static final List<Double> BOUNDS =
            List.of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 5.0, 10.0, 20.0, 30.0);

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS.size() + 1);
    private final LongAdder nanos = new LongAdder();

    /// @param counts of each bucket, not cumulated; the last one is of everything above the last bound
    /// @param sum in seconds
    public record Reading(List<Long> counts, double sum) {
        public static final Reading NOTHING = new Timings().reading();

        public Reading {
            counts = List.copyOf(counts);
        }

        public long count() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }
    }

    public void took(Duration time) {
        double seconds = time.toNanos() / 1e9;
        int bucket = 0;
        while (bucket < BOUNDS.size() && seconds > BOUNDS.get(bucket)) {
            bucket++;
        }
        counts.incrementAndGet(bucket);
        nanos.add(time.toNanos());
    }

    public Reading reading() {
        var read = new ArrayList<Long>();
        for (int i = 0; i < counts.length(); i++) {
            read.add(counts.get(i));
        }
        return new Reading(read, nanos.sum() / 1e9);
    }
}
