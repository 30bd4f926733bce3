package dev.meltemi.distribution;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;

/// The one screen of the demo: a line for each step, then what to do next.
final class DemoScreen {
    private final PrintWriter out;
    private final InstantSource clock;
    private final long startMillis;

    /// @param startMillis when the process began, which is what a person waits for
    DemoScreen(PrintWriter out, InstantSource clock, long startMillis) {
        this.out = out;
        this.clock = clock;
        this.startMillis = startMillis;
    }

    void step(String what) {
        out.printf("  %5.1f s  %s%n", seconds(), what);
        out.flush();
    }

    void ready(DemoLayout layout, String dataDirectory) {
        String servers = layout.offset() == 0 ? "" : " --bootstrap-servers 127.0.0.1:" + layout.kafkaPort();
        out.printf(
                """

                ready in %.1f s, %d MB

                Bookinfo   http://127.0.0.1:%d/productpage   (reload: the stars show which version of reviews answered)
                Kafka      127.0.0.1:%d   (mesh.config  mesh.config.status  mesh.telemetry.access …)
                Schemas    http://127.0.0.1:%d/subjects
                Metrics    http://%s:15020/stats/prometheus   (all seven in %s/prometheus.yml)

                Try next   ./meltemi apply --wait%s -f compose/demo/reviews-90-10.yaml
                           ./meltemi proxy-status%s
                           ./meltemi tap%s --max 10 svc/reviews
                           ./meltemi cert rotate --all --wait%s --ca-credentials %s/identity/operator
                           one edge has 2 %% errors: which?
                           Ctrl-C stops everything
                """,
                seconds(),
                residentMegabytes(),
                layout.gatewayPort(),
                layout.kafkaPort(),
                layout.registryPort(),
                layout.address(1),
                dataDirectory,
                servers,
                servers,
                servers,
                servers,
                dataDirectory);
        out.flush();
    }

    private double seconds() {
        return Duration.ofMillis(clock.millis() - startMillis).toMillis() / 1000.0;
    }

    /// Resident memory of this process, from the kernel; 0 where it doesn't tell.
    private static long residentMegabytes() {
        try (var lines = java.nio.file.Files.lines(java.nio.file.Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .map(kilobytes -> kilobytes / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (java.io.IOException | java.io.UncheckedIOException e) {
            return 0;
        }
    }
}
