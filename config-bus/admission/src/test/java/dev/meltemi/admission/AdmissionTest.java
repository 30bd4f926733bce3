package dev.meltemi.admission;

import static dev.meltemi.admission.Submissions.REVIEWS;
import static dev.meltemi.admission.Submissions.virtualService;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.bus.BusException;
import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdmissionTest {
    private static final AdmissionSettings QUICK = new AdmissionSettings(
            "mesh.", Duration.ofSeconds(15), Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(20));

    private final InMemoryBus bus = InMemoryBus.create();
    private final Contents contents = new Contents(bus);
    private Admission admission = start();

    @AfterEach
    void stop() {
        admission.close();
        contents.close();
    }

    @Test
    void a_rule_that_any_tool_published_is_accepted_as_written() {
        var offset = publish(REVIEWS, virtualService("v1"));

        var status = contents.verdict(REVIEWS, offset);

        assertThat(status.state()).isEqualTo(State.Accepted);
        assertThat(contents.accepted(REVIEWS)).contains(virtualService("v1"));
        assertThat(contents.records(Topics.HISTORY)).hasSize(1);
        assertThat(contents.records(Topics.REJECTED)).isEmpty();
    }

    @Test
    void a_rule_for_a_subset_that_nobody_names_is_warned_until_somebody_does() {
        var warned = contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));
        var subsets = REVIEWS.replace("VirtualService", "DestinationRule");

        publish(subsets, """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews, namespace: default}
            spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}]}
            """);

        assertThat(warned.messages())
                .singleElement()
                .satisfies(one -> assertThat(one.code()).isEqualTo("IST0101"));
        Awaitility.await().until(() -> contents.status(REVIEWS).orElseThrow().messages(), List::isEmpty);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        malformed YAML          | a: [                                      | 1
        an unknown field        | {VS} {"hosts": ["reviews"], "htpp": []}}   | 1
        another document's key  | {OTHER} {"hosts": ["reviews"]}}            | 1
        an empty document       | ''                                        | 1
        """)
    void what_is_wrong_is_refused_with_its_place(String what, String text, int line) {
        var document = text.replace("{VS}", jsonHead("reviews")).replace("{OTHER}", jsonHead("other"));

        var status = contents.verdict(REVIEWS, publish(REVIEWS, document));

        assertThat(status.state()).as(what).isEqualTo(State.Rejected);
        assertThat(status.messages().getFirst().line()).isEqualTo(line);
        assertThat(status.messages().getFirst().code()).isNotEqualTo(Refusals.UNJUDGEABLE);
        assertThat(contents.records(Topics.REJECTED)).hasSize(1);
        assertThat(contents.accepted(REVIEWS)).isEmpty();
    }

    @Test
    void a_route_of_the_gateway_api_is_told_when_its_gateway_comes() {
        var key = "gateway.networking.k8s.io/HTTPRoute/default/web";
        var head = "apiVersion: gateway.networking.k8s.io/v1\nkind: %s\nmetadata: {name: %s}\nspec: %s\n";
        publish(key, head.formatted("HTTPRoute", "web", "{parentRefs: [{name: edge}]}"));
        Awaitility.await().until(() -> accepted(key).equals("NoMatchingParent"));

        publish(
                "gateway.networking.k8s.io/Gateway/default/edge",
                head.formatted(
                        "Gateway", "edge", "{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}]}"));

        Awaitility.await().until(() -> accepted(key).equals("Accepted"));
    }

    private String accepted(String key) {
        return contents.status(key).stream()
                .flatMap(status -> status.parents().stream())
                .map(parent -> parent.conditions().getFirst().reason())
                .findFirst()
                .orElse("");
    }

    @Test
    void several_documents_in_one_record_are_refused() {
        var status = contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1") + "---\n" + virtualService("v2")));

        assertThat(status.state()).isEqualTo(State.Rejected);
        assertThat(status.messages().getFirst().code()).isEqualTo("MESH0104");
    }

    @Test
    void an_alias_bomb_is_refused_and_the_next_rule_is_judged() {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            var before = "*a" + (i - 1);
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", Collections.nCopies(9, before))));
        }

        publish(REVIEWS, bomb.toString());
        var next = contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));

        assertThat(next.state()).isEqualTo(State.Accepted);
        assertThat(contents.records(Topics.REJECTED)).hasSize(1);
    }

    @Test
    void bytes_that_are_not_utf_8_are_refused_and_kept() {
        var bytes = new byte[] {(byte) 0xc3, 0x28};

        var status = contents.verdict(REVIEWS, publish(REVIEWS, bytes, Headers.NONE));

        assertThat(status.messages().getFirst().code()).isEqualTo("MESH0101");
        assertThat(contents.records(Topics.REJECTED))
                .singleElement()
                .satisfies(
                        event -> assertThat(((TopicEvent.Put<?>) event).raw()).isEqualTo(bytes));
    }

    @Test
    void a_record_of_2_mb_never_reaches_the_log() {
        var text = "#".repeat(2_000_000);

        assertThatThrownBy(() -> publish(REVIEWS, text)).isInstanceOf(BusException.class);
    }

    @Test
    void a_record_that_the_log_takes_but_no_document_may_be_is_refused() {
        var status = contents.verdict(REVIEWS, publish(REVIEWS, "#".repeat(600_000)));

        assertThat(status.messages().getFirst().code()).isEqualTo("MESH0105");
    }

    @Test
    void a_poisoned_heartbeat_stops_nobody() {
        bus.append(Topics.SIDECARS, "reviews-v1~1", new byte[] {1, 2, 3});

        var status = contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));

        assertThat(status.state()).isEqualTo(State.Accepted);
    }

    @Test
    void the_status_counts_the_sidecars_that_run_the_rule_and_names_those_that_lag() {
        var offset = publish(REVIEWS, virtualService("v1"));
        contents.verdict(REVIEWS, offset);

        heartbeat("a~1", offset);
        heartbeat("b~1", offset - 1);
        Awaitility.await()
                .untilAsserted(() -> assertThat(applied().laggards())
                        .singleElement()
                        .asString()
                        .startsWith("b~1 (without a revision"));
        heartbeat("b~1", offset);

        Awaitility.await().untilAsserted(() -> assertThat(applied()).isEqualTo(new AppliedBy(2, 2, List.of())));
    }

    @Test
    void the_status_of_a_deletion_goes_when_everybody_has_applied_it() {
        contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));
        heartbeat("a~1", 0);

        var deletion = publish(REVIEWS, null, Headers.NONE);
        assertThat(contents.verdict(REVIEWS, deletion).state()).isEqualTo(State.Deleted);
        heartbeat("a~1", deletion);

        Awaitility.await().until(() -> contents.status(REVIEWS).isEmpty());
        assertThat(contents.accepted(REVIEWS)).isEmpty();
    }

    @Test
    void whoever_starts_again_publishes_nothing_again() {
        contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));
        contents.verdict("bad", publish("bad", "x"));
        var written = allRecords();

        admission.close();
        admission = start();
        Awaitility.await().until(() -> admission.health().active());

        assertThat(admission.health().lastOffset()).isEqualTo(1);
        assertThat(admission.health().documents()).isEqualTo(1);
        assertThat(allRecords()).isEqualTo(written);
    }

    @Test
    void the_last_good_rule_survives_compaction_behind_a_bad_one_and_a_cold_start() {
        contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));
        var bad = publish(REVIEWS, "spec: [");
        contents.verdict(REVIEWS, bad);
        admission.close();

        for (var topic : List.of(Topics.CONFIG, Topics.ACCEPTED, Topics.STATUS)) {
            bus.compact(topic);
        }
        admission = start();
        Awaitility.await().until(() -> admission.health().active());

        try (var later = new Contents(bus)) {
            assertThat(later.verdict(REVIEWS, bad).state()).isEqualTo(State.Rejected);
            assertThat(later.verdict(REVIEWS, bad).lastAcceptedOffset()).isZero();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(later.accepted(REVIEWS)).contains(virtualService("v1")));
        }
    }

    @Test
    void what_was_published_while_nobody_was_in_office_is_judged_once() {
        contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));
        admission.close();
        var offset = publish(REVIEWS, virtualService("v2"));

        admission = start();

        assertThat(contents.verdict(REVIEWS, offset).lastAcceptedOffset()).isEqualTo(offset);
        assertThat(contents.records(Topics.HISTORY)).hasSize(2);
    }

    @Test
    void a_standby_goes_on_where_the_active_one_stopped() {
        Awaitility.await().until(() -> admission.health().active());
        try (var standby = start()) {
            contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));
            assertThat(standby.health().active()).isFalse();

            admission.close();

            var status = contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v2")));
            assertThat(status.state()).isEqualTo(State.Accepted);
            assertThat(standby.health().active()).isTrue();
        }
    }

    @Test
    void whoever_is_fenced_stands_down_and_comes_back_without_loss() {
        contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));
        var usurper = bus.fencedWriter(Admission.SERVICE);

        var offset = publish(REVIEWS, virtualService("v2"));

        assertThat(contents.verdict(REVIEWS, offset).lastAcceptedOffset()).isEqualTo(offset);
        assertThatThrownBy(() -> usurper.commit(List.of(Write.delete(Topics.ACCEPTED, REVIEWS))))
                .isInstanceOf(BusException.class);
    }

    @Test
    void a_config_topic_that_was_created_again_is_an_alarm_and_deletes_nothing() {
        contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v1")));
        var written = allRecords();

        bus.replace(Topics.CONFIG);
        Awaitility.await().until(() -> admission.health().alarm().isPresent());
        publish(REVIEWS, virtualService("v2"));
        admission.close();
        admission = start();
        Awaitility.await().until(() -> admission.health().alarm().isPresent());

        assertThat(allRecords()).isEqualTo(written);
    }

    @Test
    void of_writers_that_race_with_the_version_they_saw_none_is_lost_unseen() {
        contents.verdict(REVIEWS, publish(REVIEWS, virtualService("v0")));
        long last = 0;
        for (int round = 0; round < 50; round++) {
            var seen = Headers.NONE.with(Headers.IF_VERSION, Long.toString(lastAccepted()));
            var racers = IntStream.range(0, 2)
                    .mapToLong(writer -> publish(REVIEWS, bytes(virtualService("v" + writer)), seen))
                    .toArray();
            last = racers[1];
            contents.verdict(REVIEWS, last);
            assertThat(lastAccepted()).isEqualTo(racers[0]);
        }

        assertThat(admission.health().accepted()).isEqualTo(1 + 50);
        assertThat(admission.health().refused()).isEqualTo(50);
        assertThat(admission.health().lastOffset()).isEqualTo(last);
    }

    private Admission start() {
        return Admission.start(bus, InstantSource.system(), QUICK);
    }

    private long lastAccepted() {
        return contents.status(REVIEWS).orElseThrow().lastAcceptedOffset();
    }

    private AppliedBy applied() {
        return contents.status(REVIEWS).orElseThrow().appliedBy();
    }

    private int allRecords() {
        return contents.records(Topics.ACCEPTED).size()
                + contents.records(Topics.STATUS).size()
                + contents.records(Topics.HISTORY).size()
                + contents.records(Topics.REJECTED).size();
    }

    private long publish(String key, String text) {
        return publish(key, bytes(text), Headers.NONE);
    }

    private long publish(String key, byte @Nullable [] value, Headers headers) {
        return Objects.requireNonNull(bus.publish(new Write<>(Topics.CONFIG, key, value, headers))
                        .block())
                .number();
    }

    private void heartbeat(String instance, long offset) {
        var topicId = admission.health().topicId();
        bus.publish(Write.put(Topics.SIDECARS, instance, Heartbeats.of(instance, topicId, offset)))
                .block();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String jsonHead(String name) {
        return """
            {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", \
            "metadata": {"name": "%s", "namespace": "default"}, "spec":\
            """.formatted(name);
    }
}
