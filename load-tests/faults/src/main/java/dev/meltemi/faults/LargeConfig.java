package dev.meltemi.faults;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Row 12: ten thousand services with five endpoints each, of which these sidecars see few, and a change a second. The
/// mesh starts quickly with them, a change is live within a second, and nobody needs much memory.
final class LargeConfig implements Row {
    private static final int RATE = 100;
    private static final int ENDPOINTS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration COLD_START = Duration.ofSeconds(10);
    private static final long LIVE_MILLIS = 1_000;
    private static final long CONTROL_HEAP = 256L << 20;
    private static final long SIDECAR_HEAP = 40L << 20;
    private static final String NAMESPACE = "large";
    private static final String KEY = "networking.istio.io/ServiceEntry/" + NAMESPACE + "/large-";
    private static final String SCOPE = "networking.istio.io/Sidecar/default/default";
    /// As the launcher starts a sidecar.
    private static final List<String> SIDECAR = List.of("-Xmx46m", "-Xmn12m", "-XX:MetaspaceSize=48m");

    @Override
    public String number() {
        return "12";
    }

    @Override
    public String fault() {
        return "10,000 services, one change a second";
    }

    @Override
    public Result run(Labs labs, Form form) {
        if (!form.full()) {
            return run(labs.shared(), form, 300);
        }
        var result = run(labs.sharedAnew(SIDECAR), form, 10_000);
        labs.discardShared();
        return result;
    }

    private Result run(Lab lab, Form form, int services) {
        var told = lab.told();
        var trial = new Trial(this, form, lab.ledger());
        var scope = told.publish(SCOPE, scope(), PATIENCE);
        told.awaitRunning(scope, 3, PATIENCE);
        try (var load = lab.load(RATE)) {
            trial.before(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(20)));
            var last = told.writeAll(entries(services, 0), PATIENCE);
            trial.note(services + " services were published and ran on every sidecar after "
                    + told.awaitRunning(last, 3, PATIENCE).toMillis() + " ms");
            changes(lab, trial, services, form);
            trial.during(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(20)));
            memory(lab, trial);
            if (form.full()) {
                coldStart(lab, trial, told.publish(SCOPE, scope(), PATIENCE));
            }
        }
        var gone = told.writeAll(tombstones(services), PATIENCE);
        told.awaitRunning(gone, 3, PATIENCE);
        return trial.result(true);
    }

    private static void changes(Lab lab, Trial trial, int services, Form form) {
        int changes =
                form.full() ? (int) form.of(Duration.ZERO, Duration.ofHours(1)).toSeconds() : 3;
        long[] millis = new long[changes];
        for (int change = 0; change < changes; change++) {
            int service = change % services;
            long begin = System.nanoTime();
            Offset published = lab.told().publish(KEY + service, entry(service, 1 + change % 3), PATIENCE);
            millis[change] = lab.told().awaitRunning(published, 3, PATIENCE).toMillis();
            long rest = Duration.ofSeconds(1).toMillis()
                    - Duration.ofNanos(System.nanoTime() - begin).toMillis();
            if (rest > 0) {
                Await.pass(Duration.ofMillis(rest));
            }
        }
        Arrays.sort(millis);
        long p99 = millis[Math.min(changes - 1, changes * 99 / 100)];
        trial.note(changes + " changes were live on every sidecar in " + millis[changes / 2] + " ms (p50), " + p99
                + " ms (p99), " + millis[changes - 1] + " ms (worst)");
        trial.recovered(Duration.ofMillis(p99), Duration.ofMillis(LIVE_MILLIS), "a change");
    }

    private static void memory(Lab lab, Trial trial) {
        long control = lab.member("control").liveHeap();
        long sidecar = lab.member("productpage").liveHeap();
        trial.note("live heap: control " + (control >> 20) + " MiB, a sidecar that sees its own namespace "
                + (sidecar >> 20) + " MiB");
        trial.require(control <= CONTROL_HEAP, "the control services hold " + control + " bytes");
        trial.require(sidecar <= SIDECAR_HEAP, "a scoped sidecar holds " + sidecar + " bytes");
    }

    /// Control services and a sidecar that begin with nothing: the sidecar's files are another row's affair.
    private static void coldStart(Lab lab, Trial trial, Offset known) {
        var control = lab.member("control");
        control.kill();
        long begin = System.nanoTime();
        control.launch().awaitStarted(PATIENCE);
        var probe = lab.told().publish(SCOPE, scope(), PATIENCE);
        lab.told().awaitRunning(probe, 3, PATIENCE);
        trial.recovered(
                Duration.ofNanos(System.nanoTime() - begin),
                COLD_START,
                "control services that start until their next rule runs");
        long again = System.nanoTime();
        var guest = lab.addSidecar("guest", "v1", false).launch();
        lab.awaitReady("guest", PATIENCE);
        lab.told().awaitRunning(known, 4, PATIENCE);
        trial.recovered(Duration.ofNanos(System.nanoTime() - again), COLD_START, "a sidecar that starts");
        guest.kill();
        lab.remove("guest");
    }

    private static String scope() {
        return """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: default, namespace: default}
            spec:
              egress:
              - hosts: ["./*"]
            """;
    }

    private static List<Write<byte[]>> entries(int count, int version) {
        return IntStream.range(0, count)
                .mapToObj(
                        i -> Write.put(Topics.CONFIG, KEY + i, entry(i, version).getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    private static String entry(int number, int version) {
        String endpoints = IntStream.range(0, ENDPOINTS)
                .mapToObj(i -> "{address: 10.%d.%d.%d, labels: {app: large-%d, version: v%d}}"
                        .formatted(1 + number / 250, number % 250, 1 + i, number, version))
                .collect(Collectors.joining(", "));
        return """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: large-%d, namespace: large}
            spec:
              hosts: [large-%d.example]
              ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]
              resolution: STATIC
              endpoints: [%s]
            """.formatted(number, number, endpoints);
    }

    private static List<Write<byte[]>> tombstones(int services) {
        var all = new ArrayList<Write<byte[]>>();
        all.add(Write.delete(Topics.CONFIG, SCOPE));
        for (int i = 0; i < services; i++) {
            all.add(Write.delete(Topics.CONFIG, KEY + i));
        }
        return all;
    }
}
