package dev.meltemi.faults;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import reactor.core.publisher.Mono;

/// Row 6: the control services are killed at random moments while they publish many keys. Whatever a sidecar runs is a
/// state that was published as a whole.
final class KilledControl implements Row {
    private static final int RATE = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int LATEST_KILL_MILLIS = 400;

    @Override
    public String number() {
        return "6";
    }

    @Override
    public String fault() {
        return "control services killed mid-publication";
    }

    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var told = lab.told();
        var trial = new Trial(this, form, lab.ledger());
        var control = lab.member("control");
        int keys = form.of(100, 1_000);
        int kills = form.of(3, 50);
        var random = new Random(6);
        try (var load = lab.load(RATE)) {
            trial.before(load, Duration.ofSeconds(1));
            for (int kill = 0; kill < kills; kill++) {
                var generation = publish(lab, keys, "g" + kill);
                Await.pass(Duration.ofMillis(random.nextInt(LATEST_KILL_MILLIS)));
                control.kill();
                control.launch().awaitStarted(PATIENCE);
                told.awaitRunning(Objects.requireNonNull(generation.block(PATIENCE), "its offset"), 3, PATIENCE);
            }
            trial.during(load, Duration.ofSeconds(1));
            var last = delete(lab, keys);
            told.awaitRunning(last, 3, PATIENCE);
        }
        var cuts = PublishedCuts.read(told.bus(), PATIENCE);
        cuts.shortcomings().forEach(why -> trial.require(false, why));
        trial.note(kills + " kills while " + keys + " keys were published; " + cuts.cuts() + " cuts, each complete by"
                + " count and digest; " + cuts.heartbeats() + " heartbeats, each of a published cut");
        return trial.result(false);
    }

    /// @return the place of the last, when all are written
    private static Mono<Offset> publish(Lab lab, int keys, String generation) {
        var writes = new ArrayList<Mono<Offset>>();
        for (int i = 0; i < keys; i++) {
            writes.add(lab.told()
                    .bus()
                    .publish(
                            Write.put(Topics.CONFIG, key(i), rule(i, generation).getBytes(StandardCharsets.UTF_8))));
        }
        var all = Mono.zip(writes, written -> last(List.of(written))).cache();
        all.subscribe();
        return all;
    }

    private static Offset last(List<Object> written) {
        return written.stream()
                .map(Offset.class::cast)
                .max(java.util.Comparator.comparingLong(Offset::number))
                .orElseThrow();
    }

    private static Offset delete(Lab lab, int keys) {
        var writes = new ArrayList<Mono<Offset>>();
        for (int i = 0; i < keys; i++) {
            writes.add(lab.told().bus().publish(Write.delete(Topics.CONFIG, key(i))));
        }
        return java.util.Objects.requireNonNull(
                Mono.zip(writes, written -> last(List.of(written))).block(PATIENCE));
    }

    private static String key(int i) {
        return "networking.istio.io/VirtualService/default/k" + i;
    }

    private static String rule(int i, String generation) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: k%d, namespace: default}
            spec:
              hosts: [k%d.example.com]
              http:
              - directResponse: {status: 200, body: {string: "%s"}}
            """.formatted(i, i, generation);
    }
}
