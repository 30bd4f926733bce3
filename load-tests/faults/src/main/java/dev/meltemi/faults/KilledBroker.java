package dev.meltemi.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Row 1: the broker is killed under load and comes back. It costs freshness, and no request.
final class KilledBroker implements Row {
    private static final int RATE = 300;
    private static final Duration LIVE = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TELLING = Duration.ofSeconds(20);
    private static final List<String> SIDECARS = List.of("productpage", "reviews-v1", "reviews-v2");

    @Override
    public String number() {
        return "1";
    }

    @Override
    public String fault() {
        return "broker killed (SIGKILL)";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var told = lab.told();
        var trial = new Trial(this, form, lab.ledger());
        try (var load = lab.load(RATE)) {
            var first = told.publish(Rules.REVIEWS, Rules.saying("before"), PATIENCE);
            told.awaitRunning(first, 3, PATIENCE);
            Duration outage = form.of(Duration.ofSeconds(5), Duration.ofMinutes(10));
            Duration quiet = form.beside(outage, Duration.ofSeconds(1), Duration.ofMinutes(1));
            // the first outage has the row's length; the others are there so that medians of pairs are compared
            for (int pair = 0; pair < form.of(1, 3); pair++) {
                trial.before(load, quiet);
                outage(lab, trial, load, pair == 0 ? outage : quiet, "after-" + pair);
            }
        }
        explained(lab, trial);
        told.delete(Rules.REVIEWS, PATIENCE);
        return trial.result(true);
    }

    private static void outage(Lab lab, Trial trial, Load load, Duration length, String version) {
        var began = Instant.now();
        lab.broker().kill();
        trial.during(load, length);
        for (String sidecar : SIDECARS) {
            visible(lab, trial, sidecar);
            quiet(lab.member(sidecar), trial, began);
        }
        lab.broker().launch().awaitStarted(PATIENCE);
        long back = System.nanoTime();
        lab.told().publish(Rules.REVIEWS, Rules.saying(version), PATIENCE);
        Await.within(PATIENCE, () -> load.rule().equals(version));
        trial.recovered(Duration.ofNanos(System.nanoTime() - back), LIVE, "a rule published after the broker's return");
    }

    private static void visible(Lab lab, Trial trial, String sidecar) {
        double connected = lab.metric(sidecar, "bus_connected").orElse(Double.NaN);
        double age = lab.metric(sidecar, "config_age_seconds").orElse(Double.NaN);
        trial.require(connected == 0, sidecar + " says bus_connected " + connected + " while there is no broker");
        trial.require(age > 0, sidecar + " says config_age_seconds " + age);
    }

    private static void quiet(Member sidecar, Trial trial, Instant since) {
        long seconds = Math.max(1, Duration.between(since, Instant.now()).toSeconds());
        var said = sidecar.linesSince(since);
        trial.require(
                said.size() <= seconds,
                sidecar.name() + " logged " + said.size() + " lines in " + seconds + " s: "
                        + said.stream().map(Member.Line::text).limit(8).toList());
    }

    /// When what waits has been sent, every hole in the events' numbers has been told.
    static void explained(Lab lab, Trial trial) {
        for (String sidecar : SIDECARS) {
            Await.until(
                    "the telemetry of " + sidecar + " is sent",
                    PATIENCE,
                    () -> lab.metric(sidecar, "mesh_telemetry_waiting").orElse(1.0) == 0);
        }
        // a gap is told within a second or two of its being noticed, by the same producer
        Await.within(TELLING, () -> {
            var book = TelemetryBook.read(lab.told().bus());
            return SIDECARS.stream().allMatch(sidecar -> book.of(sidecar).holes() == 0);
        });
        var book = TelemetryBook.read(lab.told().bus());
        for (String sidecar : SIDECARS) {
            var sum = book.of(sidecar);
            String books = sidecar + ": " + sum.arrived() + " access events arrived, " + sum.named()
                    + " told as lost, " + sum.doubtful() + " of them arrived after all, "
                    + lab.metric(sidecar, "mesh_telemetry_dropped_total").orElse(-1.0) + " counted as lost";
            trial.require(sum.arrived() > 0, "no access event of " + sidecar + " arrived");
            trial.require(sum.holes() == 0, sum.holes() + " access events are missing untold: " + books);
            trial.note(books);
        }
    }
}
