package dev.meltemi.bus.signed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import dev.meltemi.schemas.fleet.Registration;
import dev.meltemi.schemas.identity.RootPhase;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.schemas.identity.TrustedRoot;
import dev.meltemi.schemas.telemetry.MeshEvent;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;

class SignedBusTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final String REVIEWS = "reviews-v1.default~1";
    private static final Authority AUTHORITY = Authority.create("cluster.local", NOW, new SecureRandom());

    private final InMemoryBus bus = InMemoryBus.create(CLOCK);
    private final SignedBus reader = new SignedBus(bus, new SignedBus.Settings(() -> null, true, "admission"), CLOCK);
    private final List<String> handedOn = new CopyOnWriteArrayList<>();
    private final Disposable.Composite following = Disposables.composite();

    @AfterEach
    void stop() {
        following.dispose();
        bus.close();
    }

    private MeshBus as(String account) {
        var id = new SpiffeId("cluster.local", account.equals("route-compiler") ? "istio-system" : "default", account);
        var credential = AUTHORITY.issue(id, "sidecar", List.of(), Duration.ofHours(1), NOW);
        var identity = new Identity(credential, AUTHORITY.trust(1));
        return SignedBus.signing(bus, () -> identity, CLOCK);
    }

    private void trustIsPublished() {
        publish(
                bus,
                Write.put(
                        Topics.TRUST,
                        "cluster.local",
                        TrustBundle.newBuilder()
                                .setTrustDomain("cluster.local")
                                .setSequence(1)
                                .setRoots(List.of(TrustedRoot.newBuilder()
                                        .setFingerprint(Pem.fingerprint(AUTHORITY.root()))
                                        .setCertificate(Pem.of(List.of(AUTHORITY.root())))
                                        .setPhase(RootPhase.SIGNING)
                                        .build()))
                                .build()));
    }

    private static void publish(MeshBus by, Write<?> write) {
        by.publish(write).block(Duration.ofSeconds(5));
    }

    private static Write<?> registration(String account) {
        return Write.put(
                Topics.WORKLOADS,
                REVIEWS,
                Registration.newBuilder()
                        .setInstance(REVIEWS)
                        .setWorkload("reviews-v1")
                        .setNamespace("default")
                        .setServiceAccount(account)
                        .setLabels(java.util.Map.of())
                        .setAddress("10.0.0.1")
                        .build());
    }

    private static Write<?> heartbeat(String account) {
        return Write.put(
                Topics.SIDECARS,
                REVIEWS,
                Heartbeat.newBuilder()
                        .setInstance(REVIEWS)
                        .setWorkload("reviews-v1")
                        .setNamespace("default")
                        .setServiceAccount(account)
                        .setVersion("1")
                        .setSentAt(NOW)
                        .build());
    }

    /// Reads until a mark that everybody may write has come through, so that what came before it is judged.
    private void read() {
        following.add(reader.follow(List.of(Topics.WORKLOADS, Topics.SIDECARS, Topics.ACCEPTED))
                .subscribe(this::note));
        publish(bus, Write.put(Topics.ACCEPTED, "mark", "mark"));
        await().until(() -> handedOn.contains("config.accepted mark"));
        await().until(() ->
                handedOn.stream().filter(it -> it.startsWith("caught up")).count() == 3);
    }

    private void note(TopicEvent<?> event) {
        switch (event) {
            case TopicEvent.Put<?> put -> handedOn.add(put.topic().name() + " " + put.key());
            case TopicEvent.Delete<?> delete -> handedOn.add(delete.topic().name() + " without " + delete.key());
            case TopicEvent.CaughtUp<?> caughtUp ->
                handedOn.add("caught up " + caughtUp.topic().name());
            case TopicEvent<?> _ -> {}
        }
    }

    private List<String> records(Topic<?> topic) {
        return handedOn.stream().filter(it -> it.startsWith(topic.name() + " ")).toList();
    }

    @Test
    void a_mesh_without_trust_takes_unsigned_records() {
        publish(bus, registration("reviews"));

        read();

        assertThat(records(Topics.WORKLOADS)).containsExactly("workloads " + REVIEWS);
    }

    @Test
    void what_a_sidecar_signs_about_itself_is_handed_on_with_its_tombstone() {
        trustIsPublished();
        var owner = as("reviews");
        publish(owner, registration("reviews"));
        publish(owner, heartbeat("reviews"));
        publish(owner, Write.delete(Topics.WORKLOADS, REVIEWS));

        read();

        assertThat(records(Topics.SIDECARS)).containsExactly("sidecars " + REVIEWS);
        assertThat(records(Topics.WORKLOADS)).endsWith("workloads without " + REVIEWS);
        assertThat(reader.ignored()).isEmpty();
    }

    @Test
    void unsigned_and_foreign_records_are_as_if_they_had_never_been_sent() {
        trustIsPublished();
        read();
        publish(as("reviews"), registration("reviews"));
        publish(bus, heartbeat("reviews"));
        publish(as("ratings"), registration("reviews"));
        publish(as("ratings"), Write.delete(Topics.WORKLOADS, REVIEWS));
        publish(bus, Write.delete(Topics.WORKLOADS, REVIEWS));

        await().until(() ->
                reader.ignored().values().stream().mapToLong(Long::longValue).sum() == 4);

        assertThat(records(Topics.WORKLOADS)).containsExactly("workloads " + REVIEWS);
        assertThat(records(Topics.SIDECARS)).isEmpty();
        assertThat(reader.ignored()).containsEntry("UNSIGNED", 2L).containsEntry("ANOTHERS", 2L);
    }

    @Test
    void the_route_compiler_s_transactions_withdraw_the_dead() {
        trustIsPublished();
        publish(as("reviews"), registration("reviews"));
        read();

        try (var writer = as("route-compiler").fencedWriter("route-compiler")) {
            writer.commit(List.of(Write.delete(Topics.WORKLOADS, REVIEWS)));
        }

        await().until(() -> handedOn.contains("workloads without " + REVIEWS));
    }

    @Test
    void an_ignored_record_is_told_once_with_who_and_why() {
        var events = new CopyOnWriteArrayList<MeshEvent>();
        following.add(bus.follow(List.of(Topics.EVENTS)).subscribe(event -> {
            if (event instanceof TopicEvent.Put<?> put && put.value() instanceof MeshEvent told) {
                events.add(told);
            }
        }));
        trustIsPublished();
        read();
        publish(as("ratings"), heartbeat("reviews"));
        publish(as("ratings"), heartbeat("reviews"));

        await().until(() -> reader.ignored().getOrDefault("ANOTHERS", 0L) == 2);

        await().until(() -> !events.isEmpty());
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getType()).isEqualTo("record_ignored");
            assertThat(event.getInstance()).isEqualTo(REVIEWS);
            assertThat(event.getDetail())
                    .startsWith("admission ignored sidecars:")
                    .contains("spiffe://cluster.local/ns/default/sa/ratings speaks for");
        });
    }

    @Test
    void trust_that_is_deleted_leaves_signatures_required() {
        trustIsPublished();
        read();
        publish(bus, Write.delete(Topics.TRUST, "cluster.local"));

        publish(bus, registration("reviews"));

        await().until(() -> reader.ignored().containsKey("UNSIGNED"));
    }
}
