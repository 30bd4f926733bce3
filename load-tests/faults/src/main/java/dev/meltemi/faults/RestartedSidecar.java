package dev.meltemi.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Row 2: a sidecar is killed and started again while there is no broker. It serves what it last knew; one that knew
/// nothing isn't ready and lets nothing through; a damaged file is refused and the copy before it is served.
final class RestartedSidecar implements Row {
    private static final int RATE = 100;
    private static final Duration SERVES = Duration.ofSeconds(5);
    /// Of several JVMs that start at once on two cores.
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String GUEST = "guest";
    private static final String FLIPPED = "flipped";
    private static final String TRUNCATED = "truncated";
    private static final String EMPTY = "empty";

    @Override
    public String number() {
        return "2";
    }

    @Override
    public String fault() {
        return "sidecar killed and started again without a broker";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var trial = new Trial(this, form, lab.ledger());
        try (var load = lab.load(RATE)) {
            var guest = lab.addSidecar(GUEST, "v1", false).launch().awaitStarted(PATIENCE);
            twoFiles(lab);
            trial.before(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(20)));
            lab.broker().kill();
            guest.kill();
            withoutBroker(lab, trial, guest);
            trial.during(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(20)));
            lab.broker().launch().awaitStarted(PATIENCE);
            for (String sidecar : List.of(GUEST, FLIPPED, TRUNCATED, EMPTY)) {
                Await.until(
                        sidecar + " runs what the broker says",
                        PATIENCE,
                        () -> lab.page(sidecar, "/stats").contains("config.stale: false") && lab.ready(sidecar));
            }
        } finally {
            for (String sidecar : List.of(GUEST, FLIPPED, TRUNCATED, EMPTY)) {
                lab.remove(sidecar);
            }
        }
        lab.told().delete(Rules.REVIEWS, PATIENCE);
        return trial.result(false);
    }

    /// The second change writes the second file.
    private static void twoFiles(Lab lab) {
        for (int version = 0; version < 2; version++) {
            lab.told().publish(Rules.REVIEWS, Rules.saying("file-" + version), PATIENCE);
            int files = version + 1;
            Await.until("file " + files, PATIENCE, () -> files(lab).size() >= files);
            String expected = "file-" + version;
            Await.until(expected + " is live", PATIENCE, () -> rule(lab, GUEST).equals(expected));
        }
        // the newest file has the newest rule: it is written half a second after the swap
        var newest = newest(files(lab));
        Await.until("the newest rule is in a file", PATIENCE, () -> contains(newest(files(lab)), "file-1"));
        if (contains(newest, "file-0") && files(lab).size() < 2) {
            throw new IllegalStateException("one file only");
        }
    }

    private static void withoutBroker(Lab lab, Trial trial, Member guest) {
        for (String copy : List.of(FLIPPED, TRUNCATED)) {
            copyState(lab, copy);
        }
        damage(newest(files(lab.stateOf(FLIPPED))), false);
        damage(newest(files(lab.stateOf(TRUNCATED))), true);
        long begin = System.nanoTime();
        guest.launch();
        Await.until("the restarted sidecar serves", PATIENCE, () -> status(lab, GUEST) == 200);
        trial.recovered(Duration.ofNanos(System.nanoTime() - begin), SERVES, "serving from a file");
        stale(lab, trial, GUEST);
        var since = Instant.now();
        var others = List.of(FLIPPED, TRUNCATED, EMPTY);
        others.forEach(sidecar -> lab.addSidecar(sidecar, "v1", false).launch());
        for (String sidecar : List.of(FLIPPED, TRUNCATED)) {
            Await.until(sidecar + " serves the copy before", PATIENCE, () -> status(lab, sidecar) == 200);
            stale(lab, trial, sidecar);
            trial.require(
                    lab.member(sidecar).linesSince(since).stream()
                            .anyMatch(line -> line.text().contains("event=last-known-good-refused")),
                    sidecar + " didn't say that it refused a damaged file");
        }
        // its patience with the bus is over as that of the others is
        Await.until("the one without a file answers", PATIENCE, () -> status(lab, EMPTY) > 0);
        trial.require(status(lab, EMPTY) >= 400, "a sidecar without configuration let a request through");
        trial.require(!lab.ready(EMPTY), "a sidecar without configuration says that it is ready");
    }

    private static void stale(Lab lab, Trial trial, String sidecar) {
        trial.require(
                lab.page(sidecar, "/stats").contains("config.stale: true"),
                sidecar + " serves from a file and isn't marked stale");
        trial.require(
                lab.metric(sidecar, "config_age_seconds").orElse(0.0) > 0,
                sidecar + " doesn't say how old its file is");
    }

    /// @return 0 when nobody answers
    private static int status(Lab lab, String sidecar) {
        return ask(lab.outbound(sidecar)).map(Wire.Answer::status).orElse(0);
    }

    private static String rule(Lab lab, String sidecar) {
        return ask(lab.outbound(sidecar)).map(answer -> answer.header("x-rule")).orElse("");
    }

    private static java.util.Optional<Wire.Answer> ask(InetSocketAddress to) {
        try (var wire = new Wire(to, Duration.ofSeconds(5))) {
            return java.util.Optional.of(wire.exchange("GET", Lab.HOST, "/", Map.of(), new byte[0], false));
        } catch (IOException e) {
            return java.util.Optional.empty();
        }
    }

    private static List<Path> files(Lab lab) {
        return files(lab.stateOf(GUEST));
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().matches("last-known-good\\.\\d"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newest(List<Path> files) {
        return files.stream()
                .max(Comparator.comparing(RestartedSidecar::writtenAt))
                .orElseThrow();
    }

    private static Instant writtenAt(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copyState(Lab lab, String to) {
        try {
            Files.createDirectories(lab.stateOf(to));
            for (Path file : files(lab)) {
                Files.copy(
                        file,
                        lab.stateOf(to).resolve(file.getFileName()),
                        java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void damage(Path file, boolean truncate) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, truncate ? Arrays.copyOf(bytes, bytes.length / 2) : bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
