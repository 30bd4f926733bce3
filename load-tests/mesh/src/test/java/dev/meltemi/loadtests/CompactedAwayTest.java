package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.admission.Admission;
import dev.meltemi.admission.AdmissionSettings;
import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.bus.KafkaBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.routecompiler.RouteCompiler;
import dev.meltemi.routecompiler.RouteCompilerSettings;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.sidecar.config.CutAssembler;
import dev.meltemi.sidecar.config.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Log compaction keeps the newest record of a key, which may be a refused one. What is in force must outlive
/// that.
@Timeout(180)
class CompactedAwayTest {
    private static final String HOST = "reviews.default.svc.cluster.local";
    private static final String RULE = "networking.istio.io/VirtualService/default/reviews";

    @TempDir
    Path data;

    @Test
    void a_good_rule_that_a_bad_one_displaced_from_the_log_is_in_force_after_a_cold_start_of_everything()
            throws Exception {
        long good;
        long bad;
        try (var mesh = Mesh.start(data)) {
            mesh.register();
            good = mesh.publish(RULE, rule("reviews", "v1"));
            mesh.awaitStatus(good);
            bad = mesh.publish(RULE, rule("reviews", "v1").replace("http:", "htpp:"));
            assertThat(mesh.awaitStatus(bad).state()).isEqualTo(State.Rejected);

            mesh.compactEagerly();
            await().atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        // the segment that is written to is never compacted: each record closes the one before
                        mesh.publish("networking.istio.io/VirtualService/default/other", rule("other", "v1"));
                        return !mesh.offsets(Topics.CONFIG).contains(good);
                    });
            assertThat(mesh.offsets(Topics.CONFIG)).contains(bad);
        }

        try (var mesh = Mesh.start(data)) {
            long later = mesh.publish("networking.istio.io/VirtualService/default/later", rule("later", "v1"));
            var runs = mesh.awaitRevision(later);

            var reviews = Objects.requireNonNull(runs.compiled().routes().get(HOST));
            assertThat(reviews.getHttp()).singleElement().satisfies(rules -> {
                assertThat(rules.getConfigOffset()).isEqualTo(good);
                assertThat(rules.toString()).contains("v1");
            });
            var status = mesh.awaitStatus(bad);
            assertThat(status.state()).isEqualTo(State.Rejected);
            assertThat(status.observedOffset()).isEqualTo(bad);
            assertThat(status.lastAcceptedOffset()).isEqualTo(good);
            assertThat(status.messages().getFirst().text()).contains("htpp");
        }
    }

    private static String rule(String name, String subset) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: %1$s
              namespace: default
            spec:
              hosts:
              - %1$s
              http:
              - route:
                - destination:
                    host: %1$s
                    subset: %2$s
            """.formatted(name, subset);
    }

    /// Broker, admission and route-compiler, of which nothing but the broker's data outlives the end.
    private record Mesh(EmbeddedBroker broker, MeshBus bus, Admission admission, RouteCompiler compiler)
            implements AutoCloseable {
        static Mesh start(Path data) {
            var broker = EmbeddedBroker.start(BrokerSettings.anyPort(data));
            var bus = KafkaBus.open(KafkaSettings.of(broker.bootstrapServers(), "compacted-away"));
            bus.ensureTopics(Topics.all());
            return new Mesh(
                    broker,
                    bus,
                    Admission.start(bus, InstantSource.system(), AdmissionSettings.DEFAULT),
                    RouteCompiler.start(bus, RouteCompilerSettings.DEFAULT));
        }

        void register() {
            var port = RegisteredPort.newBuilder()
                    .setName("http")
                    .setNumber(9080)
                    .setProtocol("HTTP")
                    .build();
            var registration = Registration.newBuilder()
                    .setInstance("reviews-v1~1")
                    .setWorkload("reviews-v1")
                    .setNamespace("default")
                    .setLabels(Map.of("app", "reviews"))
                    .setAddress("127.0.1.1")
                    .setServices(List.of(RegisteredService.newBuilder()
                            .setHost(HOST)
                            .setPorts(List.of(port))
                            .build()))
                    .build();
            bus.publish(Write.put(Topics.WORKLOADS, "reviews-v1~1", registration))
                    .block();
        }

        long publish(String key, String document) {
            var bytes = document.getBytes(StandardCharsets.UTF_8);
            return Objects.requireNonNull(
                            bus.publish(Write.put(Topics.CONFIG, key, bytes)).block())
                    .number();
        }

        ConfigStatus awaitStatus(long observed) {
            return Objects.requireNonNull(bus.follow(List.of(Topics.STATUS))
                    .ofType(TopicEvent.Put.class)
                    .filter(put -> put.key().equals(RULE))
                    .map(put -> (ConfigStatus) put.value())
                    .filter(status -> status.observedOffset() >= observed)
                    .blockFirst(Duration.ofSeconds(30)));
        }

        /// What a sidecar would run that knows nothing yet.
        Outcome.Apply awaitRevision(long offset) {
            var assembler = new CutAssembler();
            return Objects.requireNonNull(bus.follow(CutAssembler.TOPICS)
                    .map(assembler::on)
                    .ofType(Outcome.Apply.class)
                    .filter(apply -> apply.revision().offset() >= offset)
                    .blockFirst(Duration.ofSeconds(30)));
        }

        List<Long> offsets(Topic<?> topic) {
            return Objects.requireNonNull(bus.follow(List.of(topic))
                    .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                    .ofType(TopicEvent.Put.class)
                    .map(put -> put.at().number())
                    .collectList()
                    .block(Duration.ofSeconds(30)));
        }

        void compactEagerly() throws Exception {
            var topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.CONFIG.on(KafkaSettings.DEFAULT_PREFIX));
            var everyBroker = new ConfigResource(ConfigResource.Type.BROKER, "");
            try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                admin.incrementalAlterConfigs(Map.of(
                                topic,
                                List.of(
                                        set("segment.ms", "1"),
                                        set("min.cleanable.dirty.ratio", "0.0"),
                                        set("min.compaction.lag.ms", "0"),
                                        set("delete.retention.ms", "0")),
                                everyBroker,
                                List.of(set("log.cleaner.backoff.ms", "200"))))
                        .all()
                        .get(10, TimeUnit.SECONDS);
            }
        }

        private static AlterConfigOp set(String name, String value) {
            return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        }

        @Override
        public void close() {
            compiler.close();
            admission.close();
            bus.close();
            broker.close();
        }
    }
}
