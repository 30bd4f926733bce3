package dev.meltemi.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Row 21: uploads that stall, readers that don't read and heads that never end, more of them than a small heap can
/// carry. The sidecar sheds what it can't, never runs out of memory, answers its own pages, and serves when they are
/// gone.
final class HeapPressure implements Row {
    /// A direct memory that 400 stalled callers would exceed many times, and a heap of which they take a part.
    private static final List<String> JVM = List.of(
            "-Xms12m",
            "-Xmx96m",
            "-Xmn6m",
            "-XX:MaxDirectMemorySize=16m",
            "-XX:+ExitOnOutOfMemoryError",
            "-Dio.netty.leakDetection.level=paranoid");

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SERVES = Duration.ofSeconds(10);
    private static final String PRESSED = "pressed";
    private static final String UPLOAD = "POST /reviews/1 HTTP/1.1\r\nHost: " + Lab.HOST + "\r\n" + Origin.CLIENT
            + ": nobody\r\nContent-Length: 100000000\r\n\r\n" + "x".repeat(512 * 1024);
    private static final String DOWNLOADS = ("GET /reviews/1 HTTP/1.1\r\nHost: " + Lab.HOST + "\r\n"
                    + Origin.ANSWER_BYTES + ": 262144\r\n\r\n")
            .repeat(8);
    private static final String HEAD =
            "GET /reviews/1 HTTP/1.1\r\nHost: " + Lab.HOST + "\r\nx-filler: " + "x".repeat(30 * 1024);

    @Override
    public String number() {
        return "21";
    }

    @Override
    public String fault() {
        return "stalled uploads, slow readers and endless heads";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var trial = new Trial(this, form, lab.ledger());
        var since = Instant.now();
        try {
            var sidecar = lab.addSidecar(JVM, PRESSED, "v1", false).launch().awaitStarted(PATIENCE);
            lab.awaitReady(PRESSED, PATIENCE);
            try (var load = Load.start(lab.ledger(), lab.outbound(PRESSED), Lab.HOST, 4, 50)) {
                trial.before(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(10)));
            }
            for (int round = 0; round < form.of(1, 60); round++) {
                press(lab, trial, form);
            }
            try (var load = Load.start(lab.ledger(), lab.outbound(PRESSED), Lab.HOST, 4, 50)) {
                trial.during(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(10)));
            }
            trial.require(sidecar.alive(), "the sidecar is dead:\n" + sidecar.tail(5));
            for (String word : List.of("OutOfMemoryError", "LEAK:")) {
                trial.require(
                        sidecar.linesSince(since).stream()
                                .noneMatch(line -> line.text().contains(word)),
                        word + " in the sidecar's log");
            }
            trial.note("RSS afterwards %d MiB".formatted(ConnectionStorm.residentKib(sidecar) / 1024));
        } finally {
            lab.remove(PRESSED);
        }
        return trial.result(false);
    }

    private static void press(Lab lab, Trial trial, Form form) {
        var to = lab.outbound(PRESSED);
        var answers = new ArrayList<Integer>();
        double direct = 0;
        try (var uploads = Storm.of(to, form.of(40, 200));
                var readers = Storm.of(to, form.of(40, 200));
                var heads = Storm.of(to, form.of(80, 400))) {
            for (int i = 0; i < form.of(3, 10); i++) {
                uploads.write(UPLOAD);
                readers.write(DOWNLOADS);
                heads.write(i == 0 ? HEAD : "x");
                answers.add(ask(to));
                direct = Math.max(
                        direct,
                        lab.metric(PRESSED, "mesh_overload_direct_memory_pressure")
                                .orElse(-1.0));
                Await.pass(Duration.ofMillis(300));
            }
        }
        trial.require(direct >= 0, "it didn't tell its metrics under pressure");
        trial.require(direct <= 100, "direct memory " + direct + "%");
        trial.require(
                answers.stream().allMatch(status -> status == 200 || status == 503 || status == 0),
                "other answers than 200, 503 or a closed connection: " + answers);
        long begin = System.nanoTime();
        Await.until("it serves again", PATIENCE, () -> ask(to) == 200);
        trial.recovered(Duration.ofNanos(System.nanoTime() - begin), SERVES, "serving again");
        trial.note("direct memory up to %.0f%%, answers %s, shed %.0f"
                .formatted(
                        direct,
                        answers,
                        lab.metric(PRESSED, "mesh_overload_stop_accepting_requests_done_total")
                                .orElse(-1.0)));
    }

    /// @return 0: the connection was closed before an answer
    private static int ask(InetSocketAddress to) {
        try (var wire = new Wire(to, Duration.ofSeconds(10))) {
            return wire.exchange("GET", Lab.HOST, "/", Map.of(), new byte[0], false)
                    .status();
        } catch (IOException e) {
            return 0;
        }
    }
}
