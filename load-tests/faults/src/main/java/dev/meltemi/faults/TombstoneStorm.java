package dev.meltemi.faults;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// Row 11: thousands of documents are deleted at once and published again. Deletions are applied in batches, requests
/// under way on a deleted route finish, and nobody else notices.
final class TombstoneStorm implements Row {
    private static final int RATE = 200;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String KEY = "networking.istio.io/ServiceEntry/default/storm-";

    @Override
    public String number() {
        return "11";
    }

    @Override
    public String fault() {
        return "tombstone storm";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var trial = new Trial(this, form, lab.ledger());
        int documents = form.of(1_000, 10_000);
        Load.Measured calm;
        Load.Measured storm;
        try (var load = lab.load(RATE)) {
            calm = load.measure(form.of(Duration.ofSeconds(1), Duration.ofSeconds(20)), form.of(1, 4));
            trial.before(calm);
            await(lab, lab.told().writeAll(entries(lab, documents), PATIENCE));
            storm = deleted(lab, trial, load, documents, form);
            trial.during(storm);
            long begin = System.nanoTime();
            await(lab, lab.told().writeAll(entries(lab, documents), PATIENCE));
            trial.recovered(
                    Duration.ofNanos(System.nanoTime() - begin),
                    Duration.ofSeconds(form.of(10, 60)),
                    "publishing them again until every sidecar runs them");
            trial.require(status(lab, 0, 0) == 200, "a service that was published again isn't served");
        }
        await(lab, lab.told().writeAll(tombstones(documents), PATIENCE));
        trial.require(
                !form.full() || storm.p99() <= Math.max(2 * calm.p99(), calm.p99() + 5_000),
                "p99 rose from " + calm.p99() + " to " + storm.p99() + " µs");
        return trial.result(false);
    }

    private static Load.Measured deleted(Lab lab, Trial trial, Load load, int documents, Form form) {
        Await.until("the last service is served", PATIENCE, () -> status(lab, documents - 1, 0) == 200);
        var underWay = CompletableFuture.supplyAsync(() -> status(lab, 0, 3_000));
        Await.pass(Duration.ofMillis(300));
        var since = Instant.now();
        long begin = System.nanoTime();
        var last = lab.told().writeAll(tombstones(documents), PATIENCE);
        var measured = load.measure(form.of(Duration.ofSeconds(1), Duration.ofSeconds(20)), form.of(1, 4));
        await(lab, last);
        var took = Duration.ofNanos(System.nanoTime() - begin);
        long swaps = lab.member("productpage").linesSince(since).stream()
                .filter(line -> line.text().contains("event=running"))
                .count();
        trial.note(documents + " deletions were in force on every sidecar " + took.toMillis()
                + " ms after the first, in " + swaps + " tables");
        trial.require(swaps <= documents / 10, swaps + " tables were built for " + documents + " deletions");
        try {
            int status = underWay.get(20, TimeUnit.SECONDS);
            trial.require(status == 200, "a request under way on a deleted route ended with " + status);
        } catch (Exception e) {
            trial.require(false, "a request under way on a deleted route ended with " + e);
        }
        Await.until("a deleted service isn't served any more", PATIENCE, () -> status(lab, 0, 0) != 200);
        return measured;
    }

    private static void await(Lab lab, dev.meltemi.bus.Offset last) {
        lab.told().awaitRunning(last, 3, PATIENCE);
    }

    private static List<Write<byte[]>> entries(Lab lab, int count) {
        String address = lab.address("reviews-v1");
        return IntStream.range(0, count)
                .mapToObj(i -> Write.put(Topics.CONFIG, KEY + i, entry(i, address)))
                .toList();
    }

    private static byte[] entry(int number, String address) {
        return """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: storm-%d, namespace: default}
            spec:
              hosts: [storm-%d.example]
              location: MESH_EXTERNAL
              ports: [{number: 9080, name: http, protocol: HTTP, targetPort: %d}]
              resolution: STATIC
              endpoints: [{address: %s}]
            """.formatted(number, number, Lab.APPLICATION, address).getBytes(StandardCharsets.UTF_8);
    }

    private static List<Write<byte[]>> tombstones(int count) {
        var all = new ArrayList<Write<byte[]>>();
        for (int i = 0; i < count; i++) {
            all.add(Write.delete(Topics.CONFIG, KEY + i));
        }
        return all;
    }

    /// @param waitMillis before the origin answers
    /// @return 0 when nobody answers
    private static int status(Lab lab, int service, int waitMillis) {
        try (var wire = new Wire(lab.outbound("productpage"), Duration.ofSeconds(10))) {
            return wire.exchange(
                            "GET",
                            "storm-" + service + ".example:9080",
                            "/",
                            Map.of(Origin.WAIT, String.valueOf(waitMillis)),
                            new byte[0],
                            false)
                    .status();
        } catch (IOException e) {
            return 0;
        }
    }
}
