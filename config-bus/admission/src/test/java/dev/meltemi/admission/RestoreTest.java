package dev.meltemi.admission;

import static dev.meltemi.admission.Submissions.REVIEWS;
import static dev.meltemi.admission.Submissions.virtualService;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.bus.state.Restoration;
import dev.meltemi.bus.state.SavedState;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.telemetry.MeshEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A broker that lost what was accepted gets it back from what admission remembers, in the old order.
class RestoreTest {
    private static final String OTHER = "networking.istio.io/VirtualService/default/other";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final AdmissionSettings QUICK = new AdmissionSettings(
            "mesh.", Duration.ofSeconds(15), Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofMillis(20));

    @TempDir
    Path state;

    private final InMemoryBus bus = InMemoryBus.create();
    private final List<Admission> started = new ArrayList<>();

    @AfterEach
    void stop() {
        started.forEach(Admission::close);
    }

    @Test
    void what_was_in_force_is_in_force_again_and_the_oldest_is_still_the_oldest() {
        var before = acceptedThree();

        Topics.all().forEach(bus::replace);
        Awaitility.await().until(() -> admission().health().alarm().isPresent());
        var restoration = Restoration.needed(bus, saved(), PATIENCE).orElseThrow();
        restoration.publish(bus, PATIENCE);
        Awaitility.await().until(() -> admission().health().active());

        try (var contents = new Contents(bus)) {
            assertThat(contents.verdict(REVIEWS, 1).state()).isEqualTo(State.Accepted);
            assertThat(contents.verdict(OTHER, 0).lastAcceptedOffset()).isZero();
            Awaitility.await()
                    .untilAsserted(() -> assertThat(contents.accepted(REVIEWS)).contains(virtualService("v2")));
            assertThat(contents.accepted(OTHER)).contains(other());
        }
        assertThat(restoration.lost()).isEqualTo(before);
        assertThat(restoration.documents().getLast().headers().last(Headers.AUTHOR))
                .contains("ann");
        assertThat(Restoration.needed(bus, saved(), PATIENCE)).isEmpty();
        assertThat(admission().health().alarm()).isEmpty();
        assertThat(events()).containsExactly("config_replaced", "config_restored");
    }

    @Test
    void a_process_that_starts_beside_an_empty_bus_takes_it_for_a_loss() {
        acceptedThree();
        admission().close();
        Topics.all().forEach(bus::replace);

        start();
        Awaitility.await().until(() -> admission().health().alarm().isPresent());
        publish(REVIEWS, virtualService("v9"));
        Restoration.needed(bus, saved(), PATIENCE).orElseThrow().publish(bus, PATIENCE);

        Awaitility.await().until(() -> admission().health().active());
        try (var contents = new Contents(bus)) {
            Awaitility.await()
                    .untilAsserted(() -> assertThat(contents.accepted(REVIEWS)).contains(virtualService("v9")));
            assertThat(contents.accepted(OTHER)).contains(other());
        }
    }

    @Test
    void a_process_that_starts_beside_a_restored_bus_raises_no_alarm() {
        acceptedThree();
        admission().close();
        Topics.all().forEach(bus::replace);
        Restoration.needed(bus, saved(), PATIENCE).orElseThrow().publish(bus, PATIENCE);

        start();

        Awaitility.await().until(() -> admission().health().active());
        assertThat(events()).isEmpty();
    }

    @Test
    void what_survived_on_the_accepted_topic_and_is_newer_than_the_state_is_restored_too() {
        acceptedThree();
        var saved = saved();
        var late = "networking.istio.io/VirtualService/default/late";
        try (var contents = new Contents(bus)) {
            contents.verdict(late, publish(late, virtualService("v1").replace("name: reviews", "name: late")));
        }

        bus.replace(Topics.CONFIG);
        Awaitility.await().until(() -> admission().health().alarm().isPresent());
        Restoration.needed(bus, saved, PATIENCE).orElseThrow().publish(bus, PATIENCE);
        Awaitility.await().until(() -> admission().health().active());

        assertThat(admission().health().documents()).isEqualTo(4);
        try (var contents = new Contents(bus)) {
            assertThat(contents.verdict(late, 2).lastAcceptedOffset()).isEqualTo(2);
            assertThat(contents.accepted(late)).isPresent();
        }
    }

    @Test
    void an_accepted_topic_that_is_lost_alone_is_restored_on_the_same_config_topic() {
        acceptedThree();
        bus.replace(Topics.ACCEPTED);
        Awaitility.await().until(() -> admission().health().alarm().isPresent());

        Restoration.needed(bus, saved(), PATIENCE).orElseThrow().publish(bus, PATIENCE);

        Awaitility.await().until(() -> admission().health().active());
        assertThat(admission().health().documents()).isEqualTo(3);
    }

    @Test
    void only_a_restore_may_have_its_key() {
        start();
        try (var contents = new Contents(bus)) {
            var status = contents.verdict(Restore.KEY, publish(Restore.KEY, "kind: Restore"));

            assertThat(status.state()).isEqualTo(State.Rejected);
        }
    }

    /// Two documents, the older of which is published twice, and a cut that says that the mesh runs them.
    private String acceptedThree() {
        start();
        try (var contents = new Contents(bus)) {
            publish(OTHER, other());
            publish(REVIEWS, virtualService("v1"));
            var last = Objects.requireNonNull(bus.publish(new Write<>(
                            Topics.CONFIG,
                            REVIEWS,
                            virtualService("v2").getBytes(StandardCharsets.UTF_8),
                            Headers.NONE.with(Headers.AUTHOR, "ann")))
                    .block());
            contents.verdict(REVIEWS, last.number());
            cut(last.topicId(), last.number());
            return last.topicId();
        }
    }

    private void cut(String topicId, long offset) {
        bus.publish(Write.put(
                        Topics.REVISIONS,
                        "mesh",
                        Cut.newBuilder()
                                .setTopicId(topicId)
                                .setConfigOffset(offset)
                                .setSequence(1)
                                .setTopics(List.of())
                                .build()))
                .block();
        Awaitility.await()
                .untilAsserted(() -> assertThat(Memory.saved(state, Memory.RULES))
                        .hasValueSatisfying(
                                saved -> assertThat(saved.revision().offset()).isEqualTo(offset)));
    }

    private SavedState saved() {
        return Memory.saved(state, Memory.RULES).orElseThrow();
    }

    private void start() {
        started.add(Admission.start(bus, InstantSource.system(), QUICK, Optional.of(state)));
    }

    private Admission admission() {
        return started.getLast();
    }

    private List<String> events() {
        return Objects.requireNonNull(bus.follow(List.<Topic<?>>of(Topics.EVENTS))
                .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?>)
                .ofType(TopicEvent.Put.class)
                .map(put -> ((MeshEvent) put.value()).getType())
                .collectList()
                .block());
    }

    private long publish(String key, String text) {
        return Objects.requireNonNull(bus.publish(Write.put(Topics.CONFIG, key, text.getBytes(StandardCharsets.UTF_8)))
                        .block())
                .number();
    }

    private static String other() {
        return virtualService("v1").replace("name: reviews", "name: other");
    }
}
