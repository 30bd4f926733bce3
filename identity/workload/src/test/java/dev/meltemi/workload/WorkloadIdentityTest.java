package dev.meltemi.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.schemas.CaQuestions;
import dev.meltemi.schemas.identity.IssueRequest;
import dev.meltemi.schemas.identity.IssueResponse;
import dev.meltemi.schemas.identity.RootPhase;
import dev.meltemi.schemas.identity.TrustBundle;
import dev.meltemi.schemas.identity.TrustedRoot;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SigningRequest;
import dev.meltemi.spiffe.SpiffeId;
import io.rsocket.exceptions.CustomRSocketException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

class WorkloadIdentityTest {
    private static final SpiffeId REVIEWS = new SpiffeId("cluster.local", "default", "reviews");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration LIFE = Duration.ofHours(24);

    @TempDir
    Path files;

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final InstantSource clock = () -> Instant.ofEpochMilli(time.now(TimeUnit.MILLISECONDS));
    private final Authority authority = Authority.create("cluster.local", clock.instant(), RANDOM);
    private final List<IssueRequest> asked = new ArrayList<>();
    private @Nullable RuntimeException away;
    private SpiffeId takenFor = REVIEWS;

    /// Takes its question as bytes, as a CA does.
    private Mono<IssueResponse> issue(IssueRequest question, @Nullable Identity mine) {
        IssueRequest request;
        try {
            request = CaQuestions.read(
                    IssueRequest.getDecoder(), ByteBuffer.wrap(CaQuestions.write(IssueRequest.getEncoder(), question)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        asked.add(request);
        if (away != null) {
            return Mono.error(away);
        }
        var key = SigningRequest.read(request.getCsr()).key();
        var leaf = authority.sign(new Authority.Leaf(takenFor, "sidecar", key, List.of(), LIFE), clock.instant());
        return Mono.just(IssueResponse.newBuilder()
                .setChain(Pem.of(List.of(leaf)))
                .setRotateAt(clock.instant().plus(Duration.ofHours(10)))
                .setTrust(TrustBundle.newBuilder()
                        .setTrustDomain("cluster.local")
                        .setSequence(1)
                        .setRoots(List.of(TrustedRoot.newBuilder()
                                .setFingerprint(Pem.fingerprint(authority.root()))
                                .setCertificate(Pem.of(List.of(authority.root())))
                                .setPhase(RootPhase.SIGNING)
                                .build()))
                        .build())
                .build());
    }

    private WorkloadIdentity start() throws Exception {
        Files.writeString(files.resolve("token"), "a token");
        return start(Optional.of(files.resolve("token")));
    }

    private WorkloadIdentity start(Optional<Path> token) {
        var workload = WorkloadIdentity.start(
                new WorkloadIdentity.Settings(
                        "default",
                        "reviews",
                        "reviews-v1.default",
                        new CaAddress("ca", 15012, "0"),
                        token,
                        Optional.of(files.resolve("state"))),
                this::issue,
                time,
                clock,
                RANDOM);
        time.advanceTimeBy(Duration.ofMillis(1));
        return workload;
    }

    private static String serial(WorkloadIdentity workload) {
        return Objects.requireNonNull(workload.get()).credential().serial();
    }

    @Test
    void the_token_is_shown_once_and_then_the_certificate() throws Exception {
        var workload = start();
        var first = serial(workload);

        time.advanceTimeBy(Duration.ofHours(10));

        assertThat(asked).extracting(IssueRequest::getToken).containsExactly("a token", "");
        assertThat(serial(workload)).isNotEqualTo(first);
    }

    @Test
    void a_ca_that_is_away_for_less_than_half_a_life_is_not_noticed() throws Exception {
        var workload = start();
        away = new IllegalStateException("connection refused");

        time.advanceTimeBy(Duration.ofHours(23));

        assertThat(workload.valid()).isTrue();
        assertThat(workload.trouble()).contains("doesn't answer");
        away = null;
        time.advanceTimeBy(Duration.ofSeconds(30));
        assertThat(workload.trouble()).isEmpty();
        assertThat(Objects.requireNonNull(workload.get())
                        .credential()
                        .leaf()
                        .getNotAfter()
                        .toInstant())
                .isAfter(clock.instant().plus(Duration.ofHours(23)));
    }

    @Test
    void an_expired_identity_says_so_and_comes_back_by_token() throws Exception {
        var workload = start();
        away = new IllegalStateException("connection refused");
        time.advanceTimeBy(Duration.ofHours(25));
        assertThat(workload.valid()).isFalse();
        away = null;

        time.advanceTimeBy(Duration.ofSeconds(30));

        assertThat(workload.valid()).isTrue();
        assertThat(asked.getLast().getToken()).isEqualTo("a token");
    }

    @Test
    void a_refused_certificate_is_followed_by_the_token() throws Exception {
        start();
        away = new CustomRSocketException(CaQuestions.REFUSED, "it is revoked");
        time.advanceTimeBy(Duration.ofHours(10));
        away = null;

        time.advanceTimeBy(Duration.ofSeconds(2));

        assertThat(asked).extracting(IssueRequest::getToken).startsWith("a token", "", "a token");
    }

    @Test
    void a_token_file_may_come_later() throws Exception {
        var file = files.resolve("later");
        var workload = start(Optional.of(file));
        assertThat(workload.trouble()).contains("there is no token file");
        Files.writeString(file, "a token");

        time.advanceTimeBy(Duration.ofSeconds(2));

        assertThat(workload.valid()).isTrue();
    }

    @Test
    void the_same_key_is_shown_until_it_is_signed() throws Exception {
        away = new IllegalStateException("the answer was lost");
        start();

        time.advanceTimeBy(Duration.ofSeconds(5));

        assertThat(asked.stream()
                        .map(one -> SigningRequest.read(one.getCsr()).key())
                        .distinct())
                .hasSize(1);
        assertThat(asked).hasSizeGreaterThan(1);
    }

    @Test
    void a_certificate_for_somebody_else_is_not_used() throws Exception {
        takenFor = new SpiffeId("cluster.local", "default", "ratings");

        var workload = start();

        assertThat(workload.get()).isNull();
        assertThat(workload.trouble()).contains("the CA takes us for spiffe://cluster.local/ns/default/sa/ratings");
    }

    @Test
    void what_was_saved_serves_after_a_restart_without_anybody() throws Exception {
        var before = serial(start());
        away = new IllegalStateException("connection refused");

        var again = start(Optional.empty());

        assertThat(serial(again)).isEqualTo(before);
        assertThat(asked).hasSize(1);
    }

    @Test
    void a_damaged_file_is_as_good_as_none() throws Exception {
        start();
        Files.writeString(files.resolve("state/identity.pem"), "-----BEGIN CERTIFICATE-----");

        var again = start();

        assertThat(again.valid()).isTrue();
        assertThat(asked).hasSize(2);
    }

    @Test
    void addresses_and_fingerprints_are_checked_before_anything_is_asked() {
        assertThat(CaAddress.of("ca:15012", "AB:".repeat(31) + "AB").fingerprint())
                .isEqualTo("ab".repeat(32));
        assertThatThrownBy(() -> CaAddress.of("ca", "ab".repeat(32))).hasMessageContaining("isn't HOST:PORT");
        assertThatThrownBy(() -> CaAddress.of("ca:1", "abc")).hasMessageContaining("isn't a SHA-256");
    }
}
