package dev.meltemi.ca;

import static dev.meltemi.ca.Mesh.RATINGS;
import static dev.meltemi.ca.Mesh.REVIEWS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.schemas.identity.RotateRequest;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.workload.CredentialsFolder;
import dev.meltemi.workload.WorkloadIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
    @TempDir
    Path files;

    private Mesh mesh;

    @BeforeEach
    void start() {
        mesh = new Mesh(files, Duration.ofHours(24));
    }

    @AfterEach
    void stop() throws Exception {
        mesh.close();
    }

    private static Identity issued(WorkloadIdentity workload) {
        await().atMost(15, SECONDS).until(() -> workload.get() != null);
        return Objects.requireNonNull(workload.get());
    }

    private List<IssuedCertificate> inventory() {
        return Objects.requireNonNull(mesh.bus
                .follow(List.of(Topics.CERTIFICATES))
                .takeUntil(TopicEvent.CaughtUp.class::isInstance)
                .<IssuedCertificate>handle((event, sink) -> {
                    if (event instanceof TopicEvent.Put<?> put && put.value() instanceof IssuedCertificate one) {
                        sink.next(one);
                    }
                })
                .collectList()
                .block(Duration.ofSeconds(5)));
    }

    @Test
    void a_workload_gets_its_identity_by_a_token_and_it_stands_in_the_inventory() throws Exception {
        var workload = mesh.workload(REVIEWS, "reviews-v1.default", mesh.token(REVIEWS, true));

        var identity = issued(workload);

        assertThat(identity.credential().id()).isEqualTo(REVIEWS);
        assertThat(identity.trust().roots())
                .containsExactly(mesh.opened.authority().root());
        assertThat(inventory()).singleElement().satisfies(record -> {
            assertThat(record.getSerial()).isEqualTo(identity.credential().serial());
            assertThat(record.getInstance()).isEqualTo("reviews-v1.default");
        });
    }

    @Test
    void a_used_token_stays_used_when_the_ca_is_restarted() throws Exception {
        var token = mesh.token(REVIEWS, true);
        issued(mesh.workload(REVIEWS, "reviews-v1.default", token));
        mesh.restartCa();

        var thief = mesh.workload(REVIEWS, "thief", token);

        await().atMost(15, SECONDS).until(() -> thief.trouble().contains("was used already"));
        assertThat(thief.get()).isNull();
    }

    @Test
    void a_restarted_workload_needs_nobody() throws Exception {
        var first = mesh.workload(REVIEWS, "reviews-v1.default", mesh.token(REVIEWS, true));
        var before = issued(first);
        first.close();

        var again = mesh.workload(REVIEWS, "reviews-v1.default", "");

        assertThat(issued(again).credential().serial())
                .isEqualTo(before.credential().serial());
        assertThat(Files.getPosixFilePermissions(files.resolve("state-reviews-v1.default/identity.pem")))
                .hasSize(2);
    }

    @Test
    void a_token_of_another_service_account_gives_no_identity() throws Exception {
        var workload = mesh.workload(RATINGS, "ratings-v1.default", mesh.token(REVIEWS, false));

        await().atMost(15, SECONDS).until(() -> workload.trouble().contains("is it another's token?"));
        assertThat(workload.get()).isNull();
    }

    @Test
    void an_ordered_rotation_travels_the_topics() throws Exception {
        var workload = mesh.workload(REVIEWS, "reviews-v1.default", mesh.token(REVIEWS, true));
        var before = issued(workload);
        workload.follow(mesh.bus);
        var operator = new CredentialsFolder(files.resolve("ca/operator")).read();

        var ordered = mesh.client()
                .rotate(RotateRequest.newBuilder().setReason("a try").build(), operator)
                .block(Duration.ofSeconds(10));

        assertThat(Objects.requireNonNull(ordered).getOrdered())
                .singleElement()
                .satisfies(one -> assertThat(one.getSerial())
                        .isEqualTo(before.credential().serial()));
        await().atMost(15, SECONDS)
                .until(() -> !issued(workload)
                        .credential()
                        .serial()
                        .equals(before.credential().serial()));
        assertThat(inventory().getLast().getRotations()).isEqualTo(2);
        assertThat(inventory().getLast().getOrder()).isNull();
    }

    @Test
    void only_an_operator_orders_rotations() throws Exception {
        var workload = mesh.workload(REVIEWS, "reviews-v1.default", mesh.token(REVIEWS, true));
        var mine = issued(workload);

        assertThatThrownBy(() -> mesh.client()
                        .rotate(RotateRequest.newBuilder().setReason("mischief").build(), mine)
                        .block(Duration.ofSeconds(10)))
                .hasMessageContaining("only an operator may order rotations");
    }

    @Test
    void a_workload_asks_no_other_ca_than_the_one_that_it_was_told() throws Exception {
        try (var other = new Mesh(files.resolve("other"), Duration.ofHours(24))) {
            var workload = mesh.running(WorkloadIdentity.start(
                    new WorkloadIdentity.Settings(
                            "default",
                            "reviews",
                            "reviews-v1.default",
                            new dev.meltemi.workload.CaAddress(
                                    "127.0.0.1",
                                    other.address().port(),
                                    mesh.address().fingerprint()),
                            java.util.Optional.of(Files.writeString(files.resolve("t"), mesh.token(REVIEWS, true))),
                            java.util.Optional.empty()),
                    java.time.InstantSource.system(),
                    new java.security.SecureRandom()));

            await().atMost(15, SECONDS).until(() -> workload.trouble().contains("has the fingerprint"));
            assertThat(workload.get()).isNull();
        }
    }
}
