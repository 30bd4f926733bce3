package dev.meltemi.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// Row 19: 5,000 connections at once to a sidecar that may have fewer, idle, and then reset; again and again in the
/// full form. They are taken up to the cap or closed at once, other clients go on, and afterwards all is as before.
final class ConnectionStorm implements Row {
    private static final int RATE = 100;
    private static final int STORM = 5_000;
    /// Leaves 1,436 connections.
    private static final int DESCRIPTORS = 3_000;

    private static final int CAP = (DESCRIPTORS - 128) / 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BASELINE = Duration.ofSeconds(10);
    /// Of existing traffic, microseconds.
    private static final long SLOWEST = 1_000_000;

    private static final int IDLE_KIB = 50;
    private static final int SLACK = 50;
    private static final String STORMED = "stormed";

    @Override
    public String number() {
        return "19";
    }

    @Override
    public String fault() {
        return "connection storm";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var trial = new Trial(this, form, lab.ledger());
        try {
            var sidecar = lab.addSidecar(STORMED, "v1", false).limited(DESCRIPTORS);
            sidecar.launch().awaitStarted(PATIENCE);
            lab.awaitReady(STORMED, PATIENCE);
            try (var load = Load.start(lab.ledger(), lab.outbound(STORMED), Lab.HOST, 8, RATE)) {
                trial.before(load, form.of(Duration.ofSeconds(2), Duration.ofSeconds(20)));
                int descriptors = descriptors(sidecar);
                for (int round = 0; round < form.of(1, 20); round++) {
                    storm(lab, trial, sidecar, load, form);
                    Await.until("descriptors as before", PATIENCE, () -> descriptors(sidecar) <= descriptors + SLACK);
                }
            }
            trial.require(sidecar.alive(), "the sidecar is dead");
        } finally {
            lab.remove(STORMED);
        }
        return trial.result(false);
    }

    private static void storm(Lab lab, Trial trial, Member sidecar, Load load, Form form) {
        long memory = residentKib(sidecar);
        var storm = Storm.of(lab.outbound(STORMED), STORM);
        try {
            Await.within(Duration.ofSeconds(10), () -> storm.open() <= CAP);
            int open = storm.open();
            trial.require(open <= CAP, open + " connections of " + CAP + " that may be");
            trial.require(open > 0, "nobody got in");
            long each = Math.max(0, residentKib(sidecar) - memory) / Math.max(1, open);
            trial.require(each <= IDLE_KIB, each + " KiB for an idle connection");
            var measured = load.measure(form.of(Duration.ofSeconds(2), Duration.ofSeconds(10)), 1);
            trial.during(measured);
            // beside a build a connection alone may take as long
            trial.require(
                    !form.full() || measured.p99() < SLOWEST, "p99 of existing traffic " + measured.p99() + " us");
            trial.note("%d of %d connections open, %d KiB each".formatted(open, STORM, each));
        } finally {
            storm.close();
        }
        long begin = System.nanoTime();
        Await.until(
                "only the load's connections are left",
                PATIENCE,
                () -> lab.metric(STORMED, "mesh_connections_open").orElse(Double.MAX_VALUE) <= SLACK);
        trial.recovered(Duration.ofNanos(System.nanoTime() - begin), BASELINE, "going back to the baseline");
        double refused =
                lab.metric(STORMED, "mesh_connections_refused_overload_total").orElse(0.0);
        trial.require(refused > 0, "no refused connection was counted");
    }

    private static int descriptors(Member member) {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + member.pid() + "/fd"))) {
            return (int) open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long residentKib(Member member) {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/" + member.pid() + "/status"));
            return lines.stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
