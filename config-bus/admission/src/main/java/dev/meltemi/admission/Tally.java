package dev.meltemi.admission;

import dev.meltemi.bus.Timings;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What admission counts for its metrics, across turns. Written by the service's thread, read by anybody.
final class Tally {
    /// Changes that wait for their last sidecar: more at once are timed no more.
    private static final int MOST_WAITING = 10_000;

    private final Timings convergence = new Timings();
    private final Map<String, LongAdder> refusals = new ConcurrentHashMap<>();
    /// Broker time of the accepted changes that don't run everywhere yet, by offset.
    private final TreeMap<Long, Instant> waiting = new TreeMap<>();
    private volatile int refusedDocuments;

    /// Offsets of an earlier office may be of another topic.
    void begins() {
        waiting.clear();
    }

    void accepted(long offset, Instant at) {
        if (waiting.size() < MOST_WAITING) {
            waiting.put(offset, at);
        }
    }

    void refused(String code) {
        refusals.computeIfAbsent(code, _ -> new LongAdder()).increment();
    }

    void documents(int refused) {
        refusedDocuments = refused;
    }

    /// @param everywhere offset that every living sidecar has reached, -1 for none
    /// @param at broker time of the heartbeat that made it so
    void reached(long everywhere, Instant at) {
        var done = waiting.headMap(everywhere, true);
        done.values().forEach(accepted -> {
            var took = Duration.between(accepted, at);
            convergence.took(took.isNegative() ? Duration.ZERO : took);
        });
        done.clear();
    }

    AdmissionMetrics metrics(Timings.Reading publishing) {
        var byCode = new TreeMap<String, Long>();
        refusals.forEach((code, count) -> byCode.put(code, count.sum()));
        return new AdmissionMetrics(convergence.reading(), publishing, byCode, refusedDocuments);
    }
}
