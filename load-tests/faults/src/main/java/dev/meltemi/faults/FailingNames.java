package dev.meltemi.faults;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import reactor.netty.resources.LoopResources;

/// Row 18: the name server fails, says nothing, knows nothing, or knows five hundred addresses. The last good addresses
/// stay, requests go on, and a name that doesn't exist is answered at once and asked for rarely.
final class FailingNames implements Row {
    private static final int RATE = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Override
    public String number() {
        return "18";
    }

    @Override
    public String fault() {
        return "DNS: SERVFAIL, no answer, empty, TTL 0, 500 addresses";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var ledger = new Ledger();
        var trial = new Trial(this, form, ledger);
        var loops = LoopResources.create("named", 1, true);
        int port = Addresses.freePort("0.0.0.0");
        var origin = Origin.start(ledger, "0.0.0.0", port, loops);
        try (var lab = new Lab(labs.ownFolder());
                var names = NameServer.start()) {
            names.answers(0, List.of(lab.newAddress(), lab.newAddress()));
            String server = "127.0.0.1:" + names.address().getPort();
            try (var sidecar = LoneSidecar.start(
                    lab.folder(),
                    lab.newAddress(),
                    documents(port),
                    "--dns-server",
                    server,
                    "--dns-timeout",
                    "200",
                    "--dns-min-refresh",
                    "100")) {
                Await.until("two endpoints", PATIENCE, () -> endpoints(sidecar) == 2);
                suffers(trial, form, lab, names, sidecar, ledger);
                nowhere(trial, names, sidecar);
            }
        } finally {
            origin.close();
            loops.dispose();
        }
        return trial.result(true);
    }

    private static String documents(int port) {
        String entry = """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: %s, namespace: default}
            spec:
              hosts: [%s]
              resolution: DNS
              ports: [{number: 80, name: http, protocol: HTTP, targetPort: %d}]
            ---
            """;
        return entry.formatted("named", "api.named.test", port)
                + entry.formatted("nowhere", "api.nowhere.test", port)
                + """
                apiVersion: meltemi.dev/v1
                kind: MeshConfig
                metadata: {name: default, namespace: istio-system}
                spec: {dnsRefreshRate: 300ms}
                """;
    }

    private static long endpoints(LoneSidecar sidecar) {
        return sidecar.page("/clusters")
                .lines()
                .filter(line -> line.contains("api.named.test") && line.contains("::weight::"))
                .count();
    }

    private static void suffers(Trial trial, Form form, Lab lab, NameServer names, LoneSidecar sidecar, Ledger ledger) {
        var phase = form.of(Duration.ofSeconds(1), Duration.ofSeconds(20));
        try (var load = Load.start(ledger, sidecar.outbound(), "api.named.test", 8, RATE)) {
            trial.before(load, phase);
            for (NameServer.Mode mode : NameServer.Mode.values()) {
                if (mode == NameServer.Mode.ANSWERS) {
                    continue;
                }
                double failures = sidecar.metric("meltemi_dns_failures_total");
                int questions = names.questions();
                names.becomes(mode);
                trial.during(load, phase);
                trial.require(endpoints(sidecar) == 2, mode + ": the last good addresses didn't stay");
                Await.until(
                        mode + " is counted", PATIENCE, () -> sidecar.metric("meltemi_dns_failures_total") > failures);
                trial.note(mode.name().toLowerCase(Locale.ROOT) + ": asked " + (names.questions() - questions)
                        + " times, two addresses stay");
            }
            names.answers(0, List.of(lab.newAddress(), lab.newAddress(), lab.newAddress()));
            trial.recovered(
                    Await.within(PATIENCE, () -> endpoints(sidecar) == 3), Duration.ofSeconds(2), "other addresses");
            names.answers(
                    0,
                    IntStream.range(0, 500)
                            .mapToObj(i -> "127.63." + i / 250 + "." + (i % 250 + 1))
                            .toList());
            trial.recovered(
                    Await.within(PATIENCE, () -> endpoints(sidecar) == 500), Duration.ofSeconds(2), "500 addresses");
            trial.during(load, phase);
            names.answers(0, List.of(lab.newAddress()));
            Await.until("one endpoint", PATIENCE, () -> endpoints(sidecar) == 1);
            trial.during(load, phase);
        }
    }

    private static void nowhere(Trial trial, NameServer names, LoneSidecar sidecar) {
        int before = names.nowhere();
        long began = System.nanoTime();
        int requests = 200;
        int answered = 0;
        try (var wire = new Wire(sidecar.outbound(), PATIENCE)) {
            for (int i = 0; i < requests; i++) {
                var answer = wire.exchange("GET", "api.nowhere.test", "/", java.util.Map.of(), new byte[0], false);
                answered += answer.status() == 503 ? 1 : 0;
            }
        } catch (java.io.IOException e) {
            trial.require(false, "a request to a name that doesn't exist broke off: " + e);
        }
        long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
        int asked = names.nowhere() - before;
        trial.require(answered == requests, "of " + requests + " requests to no name " + answered + " were told 503");
        trial.require(asked <= 2 + millis / 90, requests + " requests to no name asked for it " + asked + " times");
        trial.note(requests + " requests to a name that doesn't exist: 503 each, " + millis + " ms in all, asked for "
                + asked + " times meanwhile");
    }
}
