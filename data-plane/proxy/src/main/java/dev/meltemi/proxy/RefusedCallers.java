package dev.meltemi.proxy;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts connections that were refused, and logs one of each kind now and then: a flood of them is told as one.
final class RefusedCallers {
    private static final Logger LOG = LoggerFactory.getLogger(RefusedCallers.class);
    private static final long BETWEEN_LINES = TimeUnit.SECONDS.toNanos(10);

    private final Map<Refusal, Count> counts = new EnumMap<>(Refusal.class);

    private static final class Count {
        final LongAdder all = new LongAdder();
        final AtomicLong nextLine = new AtomicLong(Long.MIN_VALUE);
    }

    RefusedCallers() {
        for (Refusal refusal : Refusal.values()) {
            counts.put(refusal, new Count());
        }
    }

    /// @param now on a loop's clock, nanoseconds
    void count(Refusal refusal, Caller caller, String why, long now) {
        Count count = counts.get(refusal);
        if (count == null) {
            return;
        }
        count.all.increment();
        long next = count.nextLine.get();
        if (now >= next && count.nextLine.compareAndSet(next, now + BETWEEN_LINES)) {
            LOG.warn(
                    "event=caller-refused refusal={} caller={} listener={} why=\"{}\" refused={}",
                    name(refusal),
                    caller.remote,
                    caller.local,
                    why,
                    count.all.sum());
        }
    }

    /// By kind of refusal.
    Map<String, Long> counts() {
        var all = new TreeMap<String, Long>();
        counts.forEach((refusal, count) -> all.put(name(refusal), count.all.sum()));
        return all;
    }

    private static String name(Refusal refusal) {
        return refusal.name().toLowerCase(Locale.ROOT);
    }
}
