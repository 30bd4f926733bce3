package dev.meltemi.faults;

import dev.meltemi.faults.Load.Measured;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One run of a row: gathers what it measures and what falls short, and makes the result of it.
public final class Trial {
    /// "Unchanged" on these machines.
    private static final double UNCHANGED = 1.3;
    /// Below that, microseconds, a difference says more about the machine than about the mesh.
    private static final long NOISE = 3_000;

    private static final int SLOW_MACHINE = 8;

    private final Row row;
    private final Form form;
    private final long began = System.nanoTime();
    private final List<Measured> before = new ArrayList<>();
    private final List<Measured> during = new ArrayList<>();
    private final List<String> shortcomings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Ledger.Totals start;
    private final Ledger ledger;
    private Duration recovery = Duration.ZERO;

    /// @param ledger of the lab; what is in it already isn't this row's
    public Trial(Row row, Form form, Ledger ledger) {
        this.row = row;
        this.form = form;
        this.ledger = ledger;
        this.start = ledger.totals();
    }

    /// Load without the fault.
    public void before(Load load, Duration time) {
        before.add(load.measure(time, windows(time)));
    }

    void before(Measured measured) {
        before.add(measured);
    }

    void during(Measured measured) {
        during.add(measured);
    }

    /// Load under the fault.
    public void during(Load load, Duration time) {
        during.add(load.measure(time, windows(time)));
    }

    private static int windows(Duration time) {
        return Math.clamp(time.toSeconds() / 5, 1, 200);
    }

    /// @param limit of the full form; the short one runs beside a build and is given more time
    public void recovered(Duration took, Duration limit, String what) {
        var atMost = form.full() ? limit : limit.multipliedBy(SLOW_MACHINE);
        recovery = took.compareTo(recovery) > 0 ? took : recovery;
        require(took.compareTo(atMost) <= 0, what + " took " + took.toMillis() + " ms, more than " + atMost.toMillis());
    }

    /// @param shortcoming what to say when it isn't so
    public void require(boolean holds, String shortcoming) {
        if (!holds) {
            shortcomings.add(shortcoming);
        }
    }

    public void note(String figure) {
        notes.add(figure);
    }

    /// To be asked when the load is over. In the full form latencies are judged, too: a short one has too few.
    ///
    /// @param unchanged whether the fault may cost no latency
    public Result result(boolean unchanged) {
        var totals = ledger.totals();
        long requests = totals.requests() - start.requests();
        long failed = totals.failed() - start.failed();
        long gaps = totals.gaps() - start.gaps();
        require(requests > 0, "no request was made");
        require(failed == 0, failed + " requests failed: " + reasons(totals.failures()));
        require(gaps == 0, "clients and origins disagree about " + gaps + " requests");
        var without = Measured.median(before);
        var with = Measured.median(during);
        if (form.full() && unchanged) {
            require(
                    with.p99() <= Math.max(without.p99() * UNCHANGED, (double) (without.p99() + NOISE)),
                    "p99 rose from " + without.p99() + " to " + with.p99() + " µs");
        }
        return new Result(
                row.number(),
                row.fault(),
                form.full(),
                Duration.ofNanos(System.nanoTime() - began),
                requests,
                failed,
                gaps,
                without,
                with,
                recovery,
                shortcomings,
                notes);
    }

    private static String reasons(Map<String, Long> failures) {
        return failures.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(3)
                .map(reason -> reason.getValue() + " × " + reason.getKey())
                .toList()
                .toString();
    }
}
