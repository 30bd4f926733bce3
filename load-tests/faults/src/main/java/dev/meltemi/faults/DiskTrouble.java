package dev.meltemi.faults;

import dev.meltemi.bus.state.LastKnownGood;
import dev.meltemi.schemas.Revision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Row 9: the folder of the last-known-good files is full, read-only, or its files may not grow. No request fails, the
/// failed writes are counted, the files stay whole, and writing goes on when there is space again.
final class DiskTrouble implements Row {
    private static final int RATE = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SIDECAR = "productpage";
    private static final String FAILURES = "mesh_state_write_failures_total";

    /// A way to keep a process from writing, and to let it again.
    private record Trouble(String name, Runnable begin, Runnable end) {}

    @Override
    public String number() {
        return "9";
    }

    @Override
    public String fault() {
        return "disk full, read-only, file size limit; killed while writing";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var trial = new Trial(this, form, lab.ledger());
        var folder = lab.stateOf(SIDECAR);
        try (var load = lab.load(RATE)) {
            change(lab, "disk-0");
            trial.before(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(10)));
            int change = 0;
            for (Trouble trouble : troubles(lab, trial, folder)) {
                suffers(lab, trial, trouble, folder, ++change);
            }
            trial.during(load, form.of(Duration.ofMillis(500), Duration.ofSeconds(10)));
        } finally {
            succeeds("umount", "-l", folder.toString());
        }
        killedWhileWriting(labs.ownFolder(), trial, form.of(10, 200));
        lab.told().delete(Rules.REVIEWS, PATIENCE);
        return trial.result(false);
    }

    /// Publishes a change, and waits until it is in force.
    private static void change(Lab lab, String version) {
        var published = lab.told().publish(Rules.REVIEWS, Rules.saying(version), PATIENCE);
        lab.told().awaitRunning(published, 3, PATIENCE);
    }

    private static List<Trouble> troubles(Lab lab, Trial trial, Path folder) {
        String pid = Long.toString(lab.member(SIDECAR).pid());
        var limit = new Trouble(
                "file size limit",
                () -> command("prlimit", "--pid", pid, "--fsize=64:unlimited"),
                () -> command("prlimit", "--pid", pid, "--fsize=unlimited:unlimited"));
        // under the folder that the process writes to, a small file system of its own takes the place of the disk
        if (!succeeds("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString())) {
            trial.note("disk full: file systems may not be mounted here; tried with a folder that is a file instead");
            return List.of(limit, inTheWay(folder));
        }
        var full =
                new Trouble("disk full", () -> fill(folder.resolve("filler")), () -> delete(folder.resolve("filler")));
        var readOnly = new Trouble(
                "read-only",
                () -> command("mount", "-o", "remount,ro", folder.toString()),
                () -> command("mount", "-o", "remount,rw", folder.toString()));
        change(lab, "disk-mounted");
        return List.of(limit, full, readOnly);
    }

    private static Trouble inTheWay(Path folder) {
        var aside = folder.resolveSibling("aside");
        return new Trouble(
                "folder gone",
                () -> {
                    move(folder, aside);
                    write(folder, new byte[0]);
                },
                () -> {
                    delete(folder);
                    move(aside, folder);
                });
    }

    private static void suffers(Lab lab, Trial trial, Trouble trouble, Path folder, int number) {
        Await.until(
                "a file before " + trouble.name(),
                PATIENCE,
                () -> revision(folder)
                        .filter(saved -> saved.sequence() >= running(lab))
                        .isPresent());
        long before = revision(folder).orElseThrow().sequence();
        double failures = failures(lab);
        trouble.begin().run();
        try {
            change(lab, "disk-" + number);
            var counted = Await.within(PATIENCE, () -> failures(lab) > failures);
            trial.require(counted.compareTo(PATIENCE) < 0, trouble.name() + ": no failed write was counted");
            trial.require(
                    trouble.name().equals("folder gone")
                            || revision(folder).map(Revision::sequence).orElse(-1L) == before,
                    trouble.name() + ": the files before it aren't whole any more");
        } finally {
            trouble.end().run();
        }
        var took = Await.within(
                PATIENCE,
                () -> revision(folder)
                        .filter(saved -> saved.sequence() > before)
                        .isPresent());
        trial.require(took.compareTo(PATIENCE) < 0, trouble.name() + ": nothing was written after it");
        trial.note(trouble.name() + ": " + (long) (failures(lab) - failures) + " failed writes counted, written again "
                + took.toMillis() + " ms after it ended");
    }

    private static double failures(Lab lab) {
        return lab.metric(SIDECAR, FAILURES).orElse(0.0);
    }

    private static long running(Lab lab) {
        return lab.page(SIDECAR, "/stats")
                .lines()
                .filter(line -> line.startsWith("config.sequence: "))
                .map(line -> Long.parseLong(line.substring("config.sequence: ".length())))
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    /// Of the newest file that is whole.
    private static Optional<Revision> revision(Path folder) {
        return new LastKnownGood(folder, Duration.ofDays(1), InstantSource.system()).load(saved -> saved.revision());
    }

    /// A process that does nothing but write is killed again and again: one file is whole whenever it ends.
    private static void killedWhileWriting(Path folder, Trial trial, int times) {
        int whole = 0;
        long newest = 0;
        for (int i = 0; i < times; i++) {
            var writer = new Member(
                    "writer",
                    Lab.java(
                            List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"),
                            WriteLoop.class.getName(),
                            folder.toString()),
                    java.util.Map.of(),
                    "WRITING"::equals);
            try (writer) {
                writer.launch().awaitStarted(PATIENCE);
                Await.pass(Duration.ofNanos(ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toNanos(50))));
                writer.kill();
            }
            var left = revision(folder);
            whole += left.isPresent() ? 1 : 0;
            long sequence = left.map(Revision::sequence).orElse(0L);
            trial.require(sequence >= newest, "kill " + i + " left an older file than the one before");
            newest = sequence;
        }
        trial.require(
                whole == times,
                "of " + times + " kills within the write loop " + (times - whole) + " left no file that is whole");
        trial.note("killed " + times + " times while writing (" + newest + " files written): always a whole file");
    }

    private static void fill(Path filler) {
        try (var out = Files.newOutputStream(filler)) {
            byte[] block = new byte[512];
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            // full: that was the aim
            if (!Files.exists(filler)) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void command(String... command) {
        if (!succeeds(command)) {
            throw new IllegalStateException("failed: " + String.join(" ", command));
        }
    }

    private static boolean succeeds(String... command) {
        try {
            var process = new ProcessBuilder(Arrays.asList(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
