package dev.meltemi.spiffe;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeerCheckTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SpiffeId REVIEWS = new SpiffeId("cluster.local", "default", "reviews");
    private static final SecureRandom RANDOM = new SecureRandom();
    private final Authority ours = Authority.create("cluster.local", NOW, RANDOM);

    private static X509Certificate leaf(Authority authority, SpiffeId id) {
        return authority.issue(id, "sidecar", List.of(), HOUR, NOW).leaf();
    }

    private Peer check(X509Certificate... chain) {
        return PeerCheck.check(List.of(chain), ours.trust(1), NOW);
    }

    private static void isRefused(Peer peer, String why) {
        assertThat(peer)
                .isInstanceOfSatisfying(
                        Peer.Refused.class,
                        refused -> assertThat(refused.reason()).contains(why));
    }

    @Test
    void a_leaf_of_our_root_proves_its_id() {
        var leaf = leaf(ours, REVIEWS);

        assertThat(check(leaf)).isEqualTo(new Peer.Proven(REVIEWS));
        assertThat(check(leaf, ours.root())).isEqualTo(new Peer.Proven(REVIEWS));
    }

    @Test
    void a_forged_leaf_of_a_root_with_the_same_name_is_refused() {
        var forger = Authority.create("cluster.local", NOW, RANDOM);

        isRefused(check(leaf(forger, REVIEWS)), "no root that we believe");
        isRefused(check(leaf(forger, REVIEWS), forger.root()), "no root that we believe");
    }

    @Test
    void expired_and_future_leaves_are_refused() {
        var leaf = leaf(ours, REVIEWS);

        isRefused(PeerCheck.check(List.of(leaf), ours.trust(1), NOW.plus(HOUR).plusSeconds(1)), "expired at");
        isRefused(PeerCheck.check(List.of(leaf), ours.trust(1), NOW.minus(HOUR)), "isn't valid before");
    }

    @Test
    void another_trust_domain_is_refused() {
        var other = Authority.create("other.example", NOW, RANDOM);
        var id = new SpiffeId("other.example", "default", "reviews");

        isRefused(check(leaf(other, id)), "trust domain other.example isn't cluster.local");
    }

    @Test
    void a_self_signed_certificate_is_refused() {
        // a root names no workload, and is its own issuer
        isRefused(check(Authority.create("cluster.local", NOW, RANDOM).root()), "CA certificate");
    }

    @Test
    void the_root_itself_is_no_workload() {
        isRefused(check(ours.root()), "CA certificate");
    }

    @Test
    void a_leaf_that_another_leaf_signed_is_refused() {
        var middle = ours.issue(REVIEWS, "sidecar", List.of(), HOUR, NOW);
        var signedByLeaf = Certificates.signedBy(
                middle, new SpiffeId("cluster.local", "istio-system", "operator"), NOW, HOUR, RANDOM);

        isRefused(check(signedByLeaf, middle.leaf()), "no root that we believe");
    }

    @Test
    void a_self_signed_leaf_with_a_good_name_is_refused() {
        isRefused(check(Certificates.selfSigned(REVIEWS, NOW, HOUR, RANDOM)), "no root that we believe");
    }

    @Test
    void a_revoked_leaf_is_refused() {
        var leaf = leaf(ours, REVIEWS);
        var trust = new Trust(
                "cluster.local",
                2,
                List.of(ours.root()),
                Set.of(leaf.getSerialNumber().toString(16)));

        isRefused(PeerCheck.check(List.of(leaf), trust, NOW), "is revoked");
    }

    @Test
    void nothing_and_too_much_are_refused() {
        isRefused(check(), "no certificate was shown");
        var leaf = leaf(ours, REVIEWS);
        isRefused(check(leaf, leaf, leaf, leaf, leaf, leaf), "at most 5");
    }
}
