package dev.meltemi.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import reactor.netty.resources.LoopResources;

/// Row 17: one of three endpoints flaps, resets, hangs or half-closes. Nobody notices: failed tries are made elsewhere,
/// outlier detection keeps them few, and no socket or loop is left behind.
final class FlappingUpstream implements Row {
    private static final int RATE = 200;
    private static final String CALM = "calm.test";
    private static final double MOST_EXTRA = 0.2;
    private static final double MOST_IDLE_CPU = 0.2;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Override
    public String number() {
        return "17";
    }

    @Override
    public String fault() {
        return "upstream flaps every 100 ms, resets, hangs, half-closes";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var ledger = new Ledger();
        var trial = new Trial(this, form, ledger);
        var loops = LoopResources.create("flapping", 1, true);
        var lab = new Lab(labs.ownFolder());
        var origins = new ArrayList<Origin>();
        try (lab) {
            String one = lab.newAddress();
            String two = lab.newAddress();
            String bad = lab.newAddress();
            var documents = new StringBuilder(documents(CALM, one, two));
            for (Flapper.Way way : Flapper.Way.values()) {
                documents.append("---\n").append(documents(host(way), one, two, bad));
            }
            origins.add(Origin.start(ledger, one, Lab.APPLICATION, loops));
            origins.add(Origin.start(ledger, two, Lab.APPLICATION, loops));
            try (var sidecar = LoneSidecar.start(lab.folder(), lab.newAddress(), documents.toString())) {
                try (var load = load(sidecar, ledger, CALM)) {
                    trial.before(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(10)));
                }
                for (Flapper.Way way : Flapper.Way.values()) {
                    flaps(trial, sidecar, ledger, bad, way, form);
                }
                idles(trial, sidecar);
            }
        } finally {
            origins.forEach(Origin::close);
            loops.dispose();
        }
        return trial.result(false);
    }

    /// The default retry policy, and resets beside it: an endpoint that breaks off what it was sent isn't in Istio's.
    ///
    /// @param host a service of its own for each way, so that nobody is ejected yet when it begins
    private static String documents(String host, String... endpoints) {
        var listed = new StringBuilder();
        for (String endpoint : endpoints) {
            listed.append("  - address: ").append(endpoint).append('\n');
        }
        return """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: HOST, namespace: default}
            spec:
              hosts: [HOST]
              location: MESH_INTERNAL
              resolution: STATIC
              ports: [{number: 80, name: http, protocol: HTTP, targetPort: PORT}]
              endpoints:
            ENDPOINTS---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: HOST, namespace: default}
            spec:
              host: HOST
              trafficPolicy:
                connectionPool: {http: {idleTimeout: 200ms}}
                outlierDetection: {consecutive5xxErrors: 3, interval: 100ms, baseEjectionTime: 500ms, maxEjectionPercent: 50}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: HOST, namespace: default}
            spec:
              hosts: [HOST]
              http:
              - retries:
                  attempts: 2
                  perTryTimeout: 500ms
                  retryOn: connect-failure,refused-stream,unavailable,cancelled,reset
                route:
                - destination: {host: HOST}
            """.replace("HOST", host)
                .replace("PORT", String.valueOf(Lab.APPLICATION))
                .replace("ENDPOINTS", listed);
    }

    private static String host(Flapper.Way way) {
        return way.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".test";
    }

    private static Load load(LoneSidecar sidecar, Ledger ledger, String host) {
        return Load.start(ledger, sidecar.outbound(), host, 8, RATE);
    }

    private static void flaps(
            Trial trial, LoneSidecar sidecar, Ledger ledger, String address, Flapper.Way way, Form form) {
        long sockets = settled(sidecar);
        long requests = ledger.totals().requests();
        long visits;
        try (var flapper = new Flapper(address, Lab.APPLICATION, way)) {
            try (var load = load(sidecar, ledger, host(way))) {
                trial.during(load, form.of(Duration.ofSeconds(1), Duration.ofSeconds(30)));
            }
            visits = flapper.visits();
        }
        long made = ledger.totals().requests() - requests;
        trial.require(visits <= made * MOST_EXTRA, way + ": " + made + " requests cost " + visits + " tries in vain");
        long after = settled(sidecar);
        trial.require(after <= sockets, way + ": " + sockets + " sockets before it, " + after + " after it");
        trial.note(way.name().toLowerCase(Locale.ROOT) + ": " + made + " requests, " + visits
                + " tries in vain, sockets " + sockets + " before and " + after + " after");
    }

    /// When callers' and pooled connections are closed.
    private static long settled(LoneSidecar sidecar) {
        long[] last = {sidecar.sockets(), 0};
        Await.within(PATIENCE, () -> {
            Await.pass(Duration.ofMillis(100));
            long now = sidecar.sockets();
            last[1] = now == last[0] ? last[1] + 1 : 0;
            last[0] = now;
            return last[1] >= 4;
        });
        return last[0];
    }

    private static void idles(Trial trial, LoneSidecar sidecar) {
        Await.pass(Duration.ofMillis(500));
        Duration before = sidecar.cpu();
        Await.pass(Duration.ofSeconds(1));
        double used = sidecar.cpu().minus(before).toMillis() / 1_000.0;
        trial.require(used < MOST_IDLE_CPU, "without load it uses " + used + " of a core");
        trial.note("without load: " + used + " of a core");
    }
}
