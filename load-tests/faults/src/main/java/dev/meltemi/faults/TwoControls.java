package dev.meltemi.faults;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;

/// Row 6b: of two control processes the active one is killed, and the other one goes on; one that was frozen past its
/// session and wakes up changes nothing, because the broker refuses what it writes.
final class TwoControls implements Row {
    private static final int RATE = 300;
    private static final Duration FLOWS_AGAIN = Duration.ofSeconds(10);
    /// Longer than a session, 6 s.
    private static final Duration FROZEN = Duration.ofSeconds(9);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public String number() {
        return "6b";
    }

    @Override
    public String fault() {
        return "active of two controls killed; one frozen past its session";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var told = lab.told();
        var trial = new Trial(this, form, lab.ledger());
        var one = lab.member("control");
        try (var load = lab.load(RATE);
                var other = lab.addControl("control-b")) {
            var published = new ArrayList<Long>();
            published.add(running(lab, "two"));
            trial.before(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(30)));
            int rounds = form.of(1, 5);
            for (int round = 0; round < rounds; round++) {
                takesOver(lab, trial, load, one, published, round);
                wakesUp(lab, trial, load, other, published, round);
                if (round < rounds - 1) {
                    // the one that was started again is active and stays so; the woken one stands by
                    trial.before(load, Duration.ofSeconds(10));
                }
            }
            once(lab, trial, published);
        }
        told.delete(Rules.REVIEWS, PATIENCE);
        return trial.result(true);
    }

    private static long running(Lab lab, String version) {
        var offset = lab.told().publish(Rules.REVIEWS, Rules.saying(version), PATIENCE);
        lab.told().awaitRunning(offset, 3, PATIENCE);
        return offset.number();
    }

    private static void takesOver(Lab lab, Trial trial, Load load, Member active, List<Long> published, int round) {
        active.kill();
        long killed = System.nanoTime();
        published.add(running(lab, "killed-" + round));
        trial.recovered(
                Duration.ofNanos(System.nanoTime() - killed), FLOWS_AGAIN, "a rule after the active one was killed");
        trial.during(load, Duration.ofSeconds(1));
        active.launch().awaitStarted(PATIENCE);
    }

    /// The one that took over is frozen: the one that was started again takes over from it.
    private static void wakesUp(Lab lab, Trial trial, Load load, Member active, List<Long> published, int round) {
        active.freeze();
        trial.during(load, FROZEN);
        published.add(running(lab, "frozen-" + round));
        var woken = Instant.now();
        active.thaw();
        Await.until("the woken one stands down", PATIENCE, () -> stoodDown(active, woken));
        published.add(running(lab, "woken-" + round));
    }

    private static boolean stoodDown(Member control, Instant since) {
        return Stream.of("admission", "route-compiler")
                .allMatch(service -> control.linesSince(since).stream()
                        .anyMatch(line -> line.text().contains("service=" + service)
                                && (line.text().contains("event=stood-down")
                                        || line.text().contains("active=false"))));
    }

    /// Each record was judged once, and each cut has a number of its own that is greater than those before.
    private static void once(Lab lab, Trial trial, List<Long> published) {
        var judged = new HashMap<Long, Integer>();
        var cuts = new ArrayList<Cut>();
        var caughtUp = new HashSet<Topic<?>>();
        lab.told()
                .bus()
                .follow(List.of(Topics.HISTORY, Topics.REVISIONS))
                .takeUntil(event ->
                        event instanceof TopicEvent.CaughtUp<?> && caughtUp.add(event.topic()) && caughtUp.size() == 2)
                .doOnNext(event -> {
                    if (event instanceof TopicEvent.Put<?> put) {
                        if (put.value() instanceof Cut cut) {
                            cuts.add(cut);
                        } else {
                            put.headers()
                                    .last(Headers.CONFIG_OFFSET)
                                    .ifPresent(offset -> judged.merge(Long.parseLong(offset), 1, Integer::sum));
                        }
                    }
                })
                .then()
                .block(PATIENCE);
        for (long offset : published) {
            trial.require(
                    judged.getOrDefault(offset, 0) == 1,
                    "offset " + offset + " was judged " + judged.getOrDefault(offset, 0) + " times");
        }
        for (int i = 1; i < cuts.size(); i++) {
            trial.require(
                    cuts.get(i).getSequence() > cuts.get(i - 1).getSequence(),
                    "cut " + cuts.get(i).getSequence() + " follows cut "
                            + cuts.get(i - 1).getSequence());
        }
        trial.note(
                published.size() + " rules judged once each; " + cuts.size() + " cuts, each with a number of its own");
    }
}
