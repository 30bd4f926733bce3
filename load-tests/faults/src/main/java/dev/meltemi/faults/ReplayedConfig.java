package dev.meltemi.faults;

import dev.meltemi.admission.Admission;
import dev.meltemi.admission.AdmissionSettings;
import dev.meltemi.bus.KafkaBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.routecompiler.RouteCompiler;
import dev.meltemi.routecompiler.RouteCompilerSettings;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.sidecar.config.CutAssembler;
import dev.meltemi.sidecar.config.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/// Row 22: consumers are sent back a hundred times while rules are published. Nothing is judged, compiled or published
/// twice, and whoever read everything twice runs what somebody runs who read it once.
final class ReplayedConfig implements Row {
    private static final int RATE = 200;
    private static final int REWINDS = 100;
    private static final int KEYS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public String number() {
        return "22";
    }

    @Override
    public String fault() {
        return "replayed config";
    }

    /// In the shared lab, on topics of its own.
    @Override
    public Result run(Labs labs, Form form) {
        var lab = labs.shared();
        var trial = new Trial(this, form, lab.ledger());
        var settings = KafkaSettings.of(lab.bootstrapServers(), "fault-lab-replay")
                .withPrefix("replay%d.".formatted(System.nanoTime()));
        try (var load = lab.load(RATE);
                var bus = KafkaBus.open(settings)) {
            trial.before(load, Duration.ofSeconds(1));
            bus.ensureTopics(Topics.all());
            var rewound = new RewoundBus(bus, new Random(22), 8);
            int published = published(bus, rewound, form.of(3, 30), trial);
            trial.during(load, Duration.ofSeconds(1));
            trial.require(rewound.rewinds() >= REWINDS, "readers were sent back " + rewound.rewinds() + " times only");
            trial.note(published + " rules, readers sent back " + rewound.rewinds() + " times");
            judged(bus, published, trial);
        }
        return trial.result(false);
    }

    private static int published(MeshBus bus, RewoundBus rewound, int generations, Trial trial) {
        var runs = new AtomicReference<Outcome.Apply>();
        var assembler = new CutAssembler();
        try (var _ = Admission.start(rewound, InstantSource.system(), AdmissionSettings.DEFAULT);
                var _ = RouteCompiler.start(rewound, RouteCompilerSettings.DEFAULT)) {
            var following = rewound.follow(CutAssembler.TOPICS).subscribe(event -> {
                if (assembler.on(event) instanceof Outcome.Apply apply) {
                    runs.set(apply);
                }
            });
            Offset last = null;
            int published = 0;
            for (int generation = 0; generation < generations || rewound.rewinds() < REWINDS; generation++) {
                for (int i = 0; i < KEYS; i++) {
                    last = publish(bus, i, generation);
                    published++;
                }
            }
            long offset = Objects.requireNonNull(last).number();
            Await.until(
                    "the last rule runs",
                    PATIENCE,
                    () -> runs.get() != null && runs.get().revision().offset() >= offset);
            following.dispose();
            trial.require(
                    runs.get().compiled().equals(onceRead(bus, offset).compiled()),
                    "who read everything twice runs something else than who read it once");
            return published;
        }
    }

    private static Outcome.Apply onceRead(MeshBus bus, long offset) {
        var assembler = new CutAssembler();
        return Objects.requireNonNull(bus.follow(CutAssembler.TOPICS)
                .map(assembler::on)
                .ofType(Outcome.Apply.class)
                .filter(apply -> apply.revision().offset() >= offset)
                .blockFirst(PATIENCE));
    }

    private static Offset publish(MeshBus bus, int key, int generation) {
        var text = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: k%d, namespace: default}
            spec:
              hosts: [k%d.example.com]
              http:
              - directResponse: {status: 200, body: {string: "g%d"}}
            """.formatted(key, key, generation);
        return Objects.requireNonNull(bus.publish(Write.put(
                        Topics.CONFIG,
                        "networking.istio.io/VirtualService/default/k" + key,
                        text.getBytes(StandardCharsets.UTF_8)))
                .block(PATIENCE));
    }

    private static void judged(MeshBus bus, int published, Trial trial) {
        for (Topic<?> topic : List.of(Topics.ACCEPTED, Topics.HISTORY, Topics.ROUTES)) {
            var newest = new HashMap<String, byte[]>();
            int[] counts = {0, 0};
            bus.follow(List.of(topic))
                    .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                    .ofType(TopicEvent.Put.class)
                    .doOnNext(put -> {
                        counts[0]++;
                        if (Arrays.equals(newest.put(put.key(), put.raw()), put.raw())) {
                            counts[1]++;
                        }
                    })
                    .then()
                    .block(PATIENCE);
            boolean each = !topic.equals(Topics.ROUTES);
            trial.require(
                    each ? counts[0] == published : counts[0] <= published,
                    counts[0] + " records on " + topic.name() + " for " + published + " rules");
            trial.require(counts[1] == 0, counts[1] + " records were published again on " + topic.name());
            trial.note(topic.name() + ": " + counts[0] + " records, none twice");
        }
        var cuts = PublishedCuts.read(bus, PATIENCE);
        cuts.shortcomings().forEach(why -> trial.require(false, why));
    }
}
