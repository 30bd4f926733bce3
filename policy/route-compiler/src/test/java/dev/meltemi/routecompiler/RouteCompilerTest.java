package dev.meltemi.routecompiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.rules.Leases;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.MutualTls;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.RegisteredPort;
import dev.meltemi.schemas.fleet.RegisteredService;
import dev.meltemi.schemas.fleet.Registration;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteCompilerTest {
    private static final String HOST = "reviews.default.svc.cluster.local";
    private static final String RULE = "networking.istio.io/VirtualService/default/reviews";
    private static final RouteCompilerSettings QUICK =
            new RouteCompilerSettings(Leases.Terms.DEFAULT, Duration.ofMillis(20), Duration.ofMillis(20));

    private final AtomicReference<Instant> brokerTime = new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    private final InMemoryBus bus = InMemoryBus.create(brokerTime::get);
    private final String topicId = configTopicId();
    private Sealed sealed = new Sealed(bus);
    private RouteCompiler compiler = RouteCompiler.start(bus, QUICK);

    @AfterEach
    void stop() {
        compiler.close();
        sealed.close();
    }

    @Test
    void a_mesh_that_was_told_nothing_has_a_revision_of_its_config_topic() {
        var cut = sealed.awaitOffset(-1);

        assertThat(cut.getTopicId()).isEqualTo(topicId);
        assertThat(cut.getConfigOffset()).isEqualTo(-1);
        Awaitility.await().until(sealed::agrees);
    }

    @Test
    void a_registration_becomes_an_endpoint_and_a_cut() {
        register("reviews-v1~1");

        Awaitility.await().until(() -> sealed.endpoints().containsKey(HOST + "/reviews-v1~1"));
        Awaitility.await().until(sealed::agrees);
        assertThat(sealed.routes()).containsKey(HOST);
    }

    @Test
    void a_rule_is_compiled_into_its_host_and_the_cut_names_its_offset() {
        register("reviews-v1~1");
        accept(5, rule("v1"));

        var cut = sealed.awaitOffset(5);

        assertThat(cut.getConfigOffset()).isEqualTo(5);
        Awaitility.await().until(sealed::agrees);
        assertThat(rulesOfHost())
                .singleElement()
                .satisfies(http -> assertThat(http.getConfigOffset()).isEqualTo(5));
    }

    @Test
    void a_peer_authentication_is_published_for_its_scope_and_sealed_by_the_cut() {
        var key = "security.istio.io/PeerAuthentication/istio-system/default";
        accept(5, key, """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: istio-system}
            spec: {mtls: {mode: STRICT}}
            """);
        sealed.awaitOffset(5);

        Awaitility.await().until(() -> sealed.access().get("mesh") == MutualTls.STRICT);
        Awaitility.await().until(sealed::agrees);
        accept(6, key, null);

        sealed.awaitOffset(6);
        Awaitility.await().until(() -> sealed.access().isEmpty() && sealed.agrees());
    }

    @Test
    void a_rule_that_changes_nothing_is_a_revision_too() {
        accept(5, "networking.istio.io/EnvoyFilter/default/x", envoyFilter());
        var first = sealed.awaitOffset(5);

        accept(6, "networking.istio.io/EnvoyFilter/default/x", envoyFilter());

        assertThat(sealed.awaitOffset(6).getSequence()).isEqualTo(first.getSequence() + 1);
    }

    @Test
    void an_endpoint_that_comes_or_goes_is_a_newer_sequence_of_the_same_offset() {
        accept(5, rule("v1"));
        var before = sealed.awaitOffset(5);

        register("reviews-v1~1");

        Awaitility.await().until(() -> newest().getSequence() > before.getSequence());
        assertThat(newest().getConfigOffset()).isEqualTo(5);
    }

    @Test
    void a_deletion_takes_the_rule_away_at_the_offset_of_its_tombstone() {
        register("reviews-v1~1");
        accept(5, rule("v1"));
        sealed.awaitOffset(5);

        accept(9, RULE, null);

        assertThat(sealed.awaitOffset(9).getConfigOffset()).isEqualTo(9);
        Awaitility.await().untilAsserted(() -> assertThat(rulesOfHost()).isEmpty());
    }

    @Test
    void whoever_starts_again_publishes_nothing_again() {
        register("reviews-v1~1");
        accept(5, rule("v1"));
        sealed.awaitOffset(5);
        Awaitility.await().until(() -> sealed.endpoints().containsKey(HOST + "/reviews-v1~1"));
        Awaitility.await().until(sealed::agrees);
        int cuts = sealed.cuts().size();

        restart();

        assertThat(sealed.cuts()).hasSize(cuts);
        assertThat(compiler.health().revision().sequence()).isEqualTo(newest().getSequence());
    }

    @Test
    void a_cold_start_behind_compaction_finds_the_same_revision() {
        register("reviews-v1~1");
        accept(5, rule("v1"));
        accept(6, rule("v2"));
        accept(9, "networking.istio.io/VirtualService/default/gone", null);
        sealed.awaitOffset(9);
        Awaitility.await().until(() -> sealed.endpoints().containsKey(HOST + "/reviews-v1~1"));
        var sequence = newest().getSequence();
        compiler.close();
        for (Topic<?> topic : Topics.all()) {
            bus.compact(topic);
        }
        sealed.close();
        sealed = new Sealed(bus);

        compiler = RouteCompiler.start(bus, QUICK);
        Awaitility.await().until(() -> compiler.health().active());

        assertThat(compiler.health().revision().offset()).isEqualTo(9);
        assertThat(compiler.health().revision().sequence()).isEqualTo(sequence);
        Awaitility.await().until(sealed::agrees);
    }

    @Test
    void poisoned_inputs_are_skipped_and_counted_and_their_keys_keep_what_was_good() {
        register("reviews-v1~1");
        accept(5, rule("v1"));
        sealed.awaitOffset(5);

        bus.append(Topics.ACCEPTED, RULE, new byte[] {(byte) 0xff});
        bus.append(Topics.WORKLOADS, "reviews-v1~1", new byte[] {1, 2, 3});
        bus.append(Topics.SIDECARS, "reviews-v1~1", new byte[] {1, 2, 3});
        accept(7, "networking.istio.io/VirtualService/default/other", rule("v1").replace("reviews", "other"));

        sealed.awaitOffset(7);
        Awaitility.await().until(() -> compiler.health().refused() == 3);
        assertThat(rulesOfHost()).hasSize(1);
        assertThat(sealed.endpoints()).containsKey(HOST + "/reviews-v1~1");
    }

    @Test
    void what_somebody_else_writes_on_a_compiled_topic_is_overwritten_at_once() {
        register("reviews-v1~1");
        accept(5, rule("v1"));
        sealed.awaitOffset(5);

        bus.append(Topics.ROUTES, HOST, new byte[] {1, 2, 3});
        bus.append(Topics.ROUTES, "stranger.example.com", new byte[] {1, 2, 3});
        var sequence = newest().getSequence();

        Awaitility.await().until(() -> newest().getSequence() > sequence && sealed.agrees());
        assertThat(sealed.routes().keySet()).contains(HOST).doesNotContain("stranger.example.com");
    }

    @Test
    void what_somebody_else_wrote_while_nobody_was_in_office_is_overwritten_at_the_start() {
        register("reviews-v1~1");
        accept(5, rule("v1"));
        sealed.awaitOffset(5);
        compiler.close();
        bus.append(Topics.ROUTES, HOST, new byte[] {1, 2, 3});
        bus.append(Topics.ROUTES, "stranger.example.com", new byte[] {1, 2, 3});

        compiler = RouteCompiler.start(bus, QUICK);
        Awaitility.await().until(() -> compiler.health().active());

        Awaitility.await().until(sealed::agrees);
        assertThat(sealed.routes()).containsKey(HOST).doesNotContainKey("stranger.example.com");
    }

    @Test
    void an_instance_that_starts_again_takes_the_place_of_its_former_life_at_once() {
        register("reviews-v1~1");
        Awaitility.await().until(() -> sealed.endpoints().containsKey(HOST + "/reviews-v1~1"));

        register("reviews-v1~2");

        Awaitility.await().untilAsserted(() -> assertThat(sealed.endpoints()).containsOnlyKeys(HOST + "/reviews-v1~2"));
        Awaitility.await().until(sealed::agrees);
        assertThat(compiler.health().endpoints()).isEqualTo(1);
    }

    @Test
    void a_record_that_is_too_large_keeps_the_last_good_one_and_stops_nobody() {
        accept(0, rule("v1"));
        accept(1, RULE + "-1", large("reviews-1"));
        sealed.awaitOffset(1);
        accept(2, RULE + "-2", large("reviews-2"));
        accept(3, RULE.replace("reviews", "ratings"), rule("v1").replace("reviews", "ratings"));

        var cut = sealed.awaitOffset(3);

        assertThat(sealed.routes()).containsKey(HOST.replace("reviews", "ratings"));
        assertThat(rulesOfHost()).hasSize(2);
        assertThat(cut.getNotPublished()).anySatisfy(why -> {
            assertThat(why.getKey()).isEqualTo(RULE + "-2");
            assertThat(why.getWhy()).contains("bytes", "split");
        });
        Awaitility.await().until(sealed::agrees);
    }

    @Test
    void an_instance_that_is_silent_gets_no_traffic_and_goes_in_the_end() {
        register("reviews-v1~1");
        register("reviews-v2~1");
        Awaitility.await().until(() -> sealed.endpoints().size() == 2);

        seconds(20, "reviews-v2~1");
        Awaitility.await()
                .untilAsserted(() -> assertThat(sealed.endpoints().get(HOST + "/reviews-v1~1"))
                        .isNotNull()
                        .satisfies(silent -> assertThat(silent.getHealthy()).isFalse()));
        seconds(170, "reviews-v2~1");

        Awaitility.await().untilAsserted(() -> assertThat(sealed.endpoints()).containsOnlyKeys(HOST + "/reviews-v2~1"));
        Awaitility.await().until(sealed::agrees);
    }

    @Test
    void a_workloads_topic_that_was_created_again_makes_nobody_dead() {
        register("reviews-v1~1");
        Awaitility.await().until(() -> sealed.endpoints().size() == 1);
        var before = newest();

        bus.replace(Topics.WORKLOADS);
        register("reviews-v2~1");

        Awaitility.await().until(() -> sealed.endpoints().size() == 2);
        assertThat(registered()).contains("reviews-v1~1");
        assertThat(newest().getSequence()).isGreaterThan(before.getSequence());
    }

    @Test
    void a_config_topic_that_was_created_again_is_an_alarm_and_deletes_nothing() {
        register("reviews-v1~1");
        accept(0, rule("v1"));
        sealed.awaitOffset(0);
        var cuts = sealed.cuts().size();

        bus.replace(Topics.CONFIG);
        bus.replace(Topics.ACCEPTED);
        Awaitility.await().until(() -> compiler.health().alarm().isPresent());
        register("reviews-v2~1");
        compiler.close();
        compiler = RouteCompiler.start(bus, QUICK);
        Awaitility.await().until(() -> compiler.health().alarm().isPresent());

        assertThat(sealed.cuts()).hasSize(cuts);
        assertThat(compiler.health().alarm())
                .hasValueSatisfying(why -> assertThat(why).contains("config", "meltemi restore"));
    }

    @Test
    void an_empty_bus_is_a_loss_to_whoever_has_a_state_file(@TempDir Path state) {
        restart(state);
        register("reviews-v1~1");
        accept(0, rule("v1"));
        sealed.awaitOffset(0);
        Awaitility.await()
                .untilAsserted(() -> assertThat(Memory.saved(state, RouteCompiler.SERVICE))
                        .hasValueSatisfying(
                                saved -> assertThat(saved.revision().offset()).isZero()));
        compiler.close();

        Topics.all().forEach(bus::replace);
        restart(state, false);

        Awaitility.await().until(() -> compiler.health().alarm().isPresent());
        assertThat(registered()).isEmpty();
    }

    @Test
    void what_was_restored_goes_on_with_everybody_registered() {
        register("reviews-v1~1");
        accept(3, rule("v1"));
        var before = sealed.awaitOffset(3);

        Topics.all().forEach(bus::replace);
        Awaitility.await().until(() -> compiler.health().alarm().isPresent());
        var now = configTopicId();
        accept(now, 0, RULE, rule("v1"));
        accept(now, 1, Restore.KEY, Restore.of(topicId, Optional.empty(), 1).text());

        Awaitility.await().until(() -> newest().getTopicId().equals(now));
        assertThat(newest().getConfigOffset()).isEqualTo(1);
        assertThat(newest().getRestores()).containsExactly(topicId);
        assertThat(newest().getSequence()).isGreaterThan(before.getSequence());
        assertThat(registered()).containsExactly("reviews-v1~1");
        assertThat(compiler.health().alarm()).isEmpty();
        assertThat(compiler.health().endpoints()).isEqualTo(1);
    }

    private Set<String> registered() {
        return Objects.requireNonNull(bus.follow(List.of(Topics.WORKLOADS))
                .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                .<String>handle((event, sink) -> {
                    if (event instanceof TopicEvent.Put<?> put) {
                        sink.next(put.key());
                    }
                })
                .collect(Collectors.toSet())
                .block());
    }

    private void restart(Path state) {
        restart(state, true);
    }

    private void restart(Path state, boolean works) {
        compiler.close();
        compiler = RouteCompiler.start(bus, brokerTime::get, QUICK, Optional.of(state));
        if (works) {
            Awaitility.await().until(() -> compiler.health().active());
        }
    }

    private void restart() {
        compiler.close();
        compiler = RouteCompiler.start(bus, QUICK);
        Awaitility.await().until(() -> compiler.health().active());
    }

    private List<HttpRules> rulesOfHost() {
        return Objects.requireNonNull(sealed.routes().get(HOST)).getHttp();
    }

    private Cut newest() {
        return sealed.newest().orElseThrow();
    }

    private void seconds(int seconds, String speaking) {
        for (int i = 0; i < seconds; i += 5) {
            brokerTime.updateAndGet(now -> now.plusSeconds(5));
            bus.publish(Write.put(
                            Topics.SIDECARS,
                            speaking,
                            Heartbeat.newBuilder()
                                    .setInstance(speaking)
                                    .setWorkload(speaking)
                                    .setNamespace("default")
                                    .setVersion("test")
                                    .setSentAt(brokerTime.get())
                                    .build()))
                    .block();
        }
    }

    private void register(String instance) {
        var registration = Registration.newBuilder()
                .setInstance(instance)
                .setWorkload(instance)
                .setNamespace("default")
                .setLabels(Map.of("app", "reviews"))
                .setAddress("127.0.1.1")
                .setServices(List.of(RegisteredService.newBuilder()
                        .setHost(HOST)
                        .setPorts(List.of(RegisteredPort.newBuilder()
                                .setName("http")
                                .setNumber(9080)
                                .setProtocol("HTTP")
                                .build()))
                        .build()))
                .build();
        bus.publish(Write.put(Topics.WORKLOADS, instance, registration)).block();
    }

    private void accept(long offset, String text) {
        accept(offset, RULE, text);
    }

    private void accept(long offset, String key, @Nullable String text) {
        accept(topicId, offset, key, text);
    }

    private void accept(String configId, long offset, String key, @Nullable String text) {
        var headers = Headers.NONE
                .with(Headers.CONFIG_TOPIC_ID, configId)
                .with(Headers.CONFIG_OFFSET, Long.toString(offset))
                .with(Headers.CREATED_SEQUENCE, Long.toString(offset));
        bus.publish(new Write<>(Topics.ACCEPTED, key, text, headers)).block();
    }

    private String configTopicId() {
        return Objects.requireNonNull(
                        bus.publish(Write.put(Topics.CONFIG, RULE, new byte[0])).block())
                .topicId();
    }

    private static String rule(String subset) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: reviews
              namespace: default
            spec:
              hosts:
              - reviews
              http:
              - route:
                - destination:
                    host: reviews
                    subset: %s
            """.formatted(subset);
    }

    /// Two of them don't fit one record.
    private static String large(String name) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: %s, namespace: default}
            spec:
              hosts: [reviews]
              http:
              - directResponse: {status: 200, body: {string: "%s"}}
            """.formatted(name, "v".repeat(520_000));
    }

    private static String envoyFilter() {
        return """
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata:
              name: x
              namespace: default
            spec:
              configPatches: []
            """;
    }
}
