package dev.meltemi.faults;

import java.time.Duration;

/// Row 20: every sidecar is ended and started again while clients without retries go on asking over connections that
/// they keep. On the callee's side one of two goes while the other serves; on the caller's side, where there is no
/// other, the next process takes the ports over before the one before is ended.
final class RollingRestart implements Row {
    private static final int RATE = 200;
    private static final int CLIENTS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /// A drain takes ten seconds at most, after half as many for callers to hear of it.
    private static final Duration DRAINED = Duration.ofSeconds(20);
    private static final Duration ENDS = Duration.ofSeconds(8);
    private static final String EDGE = "edge";

    private int lives;

    @Override
    public String number() {
        return "20";
    }

    @Override
    public String fault() {
        return "sidecars restarted one after the other";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var trial = new Trial(this, form, lab.ledger());
        int rounds = form.of(1, 34);
        String serving = EDGE;
        try {
            lab.addSidecar(EDGE, "v1", false, "--hand-over").launch().awaitStarted(PATIENCE);
            lab.awaitReady(EDGE, PATIENCE);
            try (var load = Load.start(lab.ledger(), lab.outbound(EDGE), Lab.HOST, CLIENTS, RATE)) {
                trial.before(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(20)));
                for (int round = 0; round < rounds; round++) {
                    serving = takeOver(lab, trial, serving);
                    again(lab, trial, "reviews-v1");
                    if (form.full()) {
                        again(lab, trial, "reviews-v2");
                    }
                }
                trial.during(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(20)));
            }
            trial.note((form.full() ? 3 : 2) * rounds + " restarts");
        } finally {
            lab.remove(EDGE);
            lab.remove(serving);
        }
        return trial.result(false);
    }

    /// The next process serves before the one before ends.
    private String takeOver(Lab lab, Trial trial, String before) {
        String next = EDGE + "-" + ++lives;
        lab.addAnother(before, next).launch().awaitStarted(PATIENCE);
        end(lab, trial, before);
        lab.remove(before);
        return next;
    }

    /// @param sidecar beside which another one serves the same
    private static void again(Lab lab, Trial trial, String sidecar) {
        lab.awaitEndpoints(2);
        end(lab, trial, sidecar);
        lab.member(sidecar).launch().awaitStarted(PATIENCE);
        lab.awaitReady(sidecar, PATIENCE);
        lab.awaitEndpoints(2);
    }

    private static void end(Lab lab, Trial trial, String name) {
        long begin = System.nanoTime();
        trial.require(lab.member(name).terminate(DRAINED), name + " didn't end by itself");
        trial.recovered(Duration.ofNanos(System.nanoTime() - begin), ENDS, "ending " + name);
    }
}
