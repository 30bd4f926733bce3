package dev.meltemi.faults;

import java.time.Duration;
import java.util.List;

/// Row 4, first half: the broker is frozen as an operating system freezes it. Its connections stay open and nothing
/// answers, which shows; and when it wakes up everybody catches up in order.
final class FrozenBroker implements Row {
    private static final int RATE = 300;
    private static final Duration DETECTED = Duration.ofSeconds(45);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<String> SIDECARS = List.of("productpage", "reviews-v1", "reviews-v2");

    @Override
    public String number() {
        return "4";
    }

    @Override
    public String fault() {
        return "broker frozen (SIGSTOP)";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var trial = new Trial(this, form, lab.ledger());
        int backwards = lab.told().backwards();
        Duration frozen = form.of(Duration.ofSeconds(10), Duration.ofMinutes(5));
        Duration quiet = form.beside(frozen, Duration.ofSeconds(1), Duration.ofMinutes(1));
        try (var load = lab.load(RATE)) {
            for (int pair = 0; pair < form.of(1, 3); pair++) {
                trial.before(load, quiet);
                silent(
                        lab,
                        trial,
                        load,
                        pair == 0 ? frozen : quiet,
                        "thawed-" + pair,
                        lab.broker()::freeze,
                        lab.broker()::thaw);
            }
        }
        KilledBroker.explained(lab, trial);
        trial.require(lab.told().backwards() == backwards, "a sidecar ran an older revision after a newer one");
        lab.told().delete(Rules.REVIEWS, PATIENCE);
        return trial.result(true);
    }

    /// Nothing is heard of the broker for a while, and everybody notices.
    static void silent(Lab lab, Trial trial, Load load, Duration length, String version, Runnable begin, Runnable end) {
        long began = System.nanoTime();
        begin.run();
        try {
            trial.during(load, length);
            for (String sidecar : SIDECARS) {
                Await.within(
                        DETECTED, () -> lab.metric(sidecar, "bus_connected").orElse(1.0) == 0);
                var noticed = Duration.ofNanos(System.nanoTime() - began);
                trial.require(
                        noticed.compareTo(DETECTED.plus(length)) < 0
                                && lab.metric(sidecar, "bus_connected").orElse(1.0) == 0,
                        sidecar + " didn't notice within " + DETECTED);
                trial.note(sidecar + " says bus_connected 0 and config_age_seconds "
                        + lab.metric(sidecar, "config_age_seconds").orElse(-1.0) + " after " + noticed.toMillis()
                        + " ms");
            }
        } finally {
            end.run();
        }
        caughtUp(lab, trial, load, version);
    }

    /// Five rules one after the other: the last one stays.
    private static void caughtUp(Lab lab, Trial trial, Load load, String version) {
        long back = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            lab.told().publish(Rules.REVIEWS, Rules.saying(version + "-" + i), PATIENCE);
        }
        Await.within(PATIENCE, () -> load.rule().equals(version + "-4"));
        trial.recovered(
                Duration.ofNanos(System.nanoTime() - back), Duration.ofSeconds(15), "catching up with five rules");
        trial.require(load.rule().equals(version + "-4"), "the rule that is live is " + load.rule());
    }
}
