package dev.meltemi.spiffe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.spiffe.Belief.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SendersTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String TOPIC = "sidecars";
    private static final String KEY = "reviews-v1.default~1";
    private static final byte[] VALUE = "heartbeat".getBytes(UTF_8);
    private static final Senders.Claim REVIEWS = new Senders.Claim(KEY, "default", "reviews");
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Authority AUTHORITY = Authority.create("cluster.local", NOW, RANDOM);
    private static final Credential OWNER = member("default", "reviews");
    private static final Credential OTHER = member("default", "ratings");
    private static final Credential REMOVER = member("istio-system", "route-compiler");

    private final Senders senders = new Senders(AUTHORITY.trust(1), REMOVER.id());

    private static Credential member(String namespace, String account) {
        return AUTHORITY.issue(new SpiffeId("cluster.local", namespace, account), "sidecar", List.of(), HOUR, NOW);
    }

    private Belief said(Credential by, Instant at) {
        return said(by, at, at, REVIEWS);
    }

    private Belief said(Credential by, Instant at, Instant taken, Senders.Claim claim) {
        return senders.judge(TOPIC, KEY, VALUE, signed(by, VALUE, at), claim, taken);
    }

    private Belief withdrawn(Credential by, Instant at) {
        return senders.judge(TOPIC, KEY, null, signed(by, null, at), null, at);
    }

    private static RecordSignature signed(Credential by, byte @Nullable [] value, Instant at) {
        return RecordSignature.of(by, TOPIC, KEY, value, at);
    }

    private static void assertIgnored(Belief belief, Reason reason, String why) {
        assertThat(belief).isInstanceOfSatisfying(Belief.Ignored.class, ignored -> {
            assertThat(ignored.reason()).isEqualTo(reason);
            assertThat(ignored.why()).contains(why);
        });
    }

    @Test
    void a_member_is_believed_what_it_says_of_itself_and_when_it_withdraws_it() {
        assertThat(said(OWNER, NOW)).isEqualTo(Belief.BELIEVED);
        assertThat(withdrawn(OWNER, NOW.plusSeconds(1))).isEqualTo(Belief.BELIEVED);
    }

    @Test
    void a_record_without_a_signature_is_ignored() {
        assertIgnored(senders.judge(TOPIC, KEY, VALUE, null, REVIEWS, NOW), Reason.UNSIGNED, "requires signatures");
    }

    @Test
    void a_record_that_speaks_for_another_workload_is_ignored() {
        assertIgnored(
                said(OTHER, NOW), Reason.ANOTHERS, "ratings speaks for namespace default, service account reviews");
    }

    @Test
    void a_key_stays_its_owner_s_also_after_it_is_gone() {
        var claim = new Senders.Claim(KEY, "default", "ratings");
        said(OWNER, NOW);

        assertIgnored(said(OTHER, NOW, NOW, claim), Reason.ANOTHERS, "wrote under a key of spiffe://");
        withdrawn(OWNER, NOW.plusSeconds(1));
        assertIgnored(said(OTHER, NOW.plusSeconds(2), NOW.plusSeconds(2), claim), Reason.ANOTHERS, "under a key of");
    }

    @Test
    void a_record_about_another_instance_than_its_key_is_ignored() {
        var claim = new Senders.Claim("reviews-v2.default~1", "default", "reviews");

        assertIgnored(said(OWNER, NOW, NOW, claim), Reason.ANOTHERS, "a key that isn't its instance's");
    }

    @Test
    void nobody_but_the_remover_withdraws_another_s_record() {
        said(OWNER, NOW);

        assertIgnored(withdrawn(OTHER, NOW.plusSeconds(1)), Reason.ANOTHERS, "withdrew a record of");
        assertThat(withdrawn(REMOVER, NOW.plusSeconds(1))).isEqualTo(Belief.BELIEVED);
    }

    @Test
    void a_tombstone_of_the_remover_sent_again_does_not_remove_who_came_back() {
        said(OWNER, NOW);
        withdrawn(REMOVER, NOW.plusSeconds(60));
        said(OWNER, NOW.plusSeconds(120));

        Belief again =
                senders.judge(TOPIC, KEY, null, signed(REMOVER, null, NOW.plusSeconds(60)), null, NOW.plusSeconds(130));

        assertIgnored(again, Reason.REPLAYED, "sent again");
    }

    @Test
    void a_heartbeat_sent_again_after_a_newer_one_is_ignored() {
        said(OWNER, NOW);
        said(OWNER, NOW.plusSeconds(5));

        assertIgnored(said(OWNER, NOW, NOW.plusSeconds(6), REVIEWS), Reason.REPLAYED, "a newer one was signed at");
    }

    @Test
    void the_same_record_delivered_twice_stays_believed() {
        said(OWNER, NOW);

        assertThat(said(OWNER, NOW)).isEqualTo(Belief.BELIEVED);
    }

    @Test
    void a_record_that_took_longer_than_any_producer_tries_is_ignored() {
        Belief late = said(OWNER, NOW, NOW.plus(Duration.ofMinutes(11)), REVIEWS);

        assertIgnored(late, Reason.REPLAYED, "an old record sent again, or a clock that is wrong");
    }

    @Test
    void a_signature_of_another_key_value_or_topic_does_not_fit() {
        var signature = signed(OWNER, VALUE, NOW);

        assertIgnored(senders.judge("workloads", KEY, VALUE, signature, REVIEWS, NOW), Reason.FORGED, "another record");
        assertIgnored(
                senders.judge(TOPIC, KEY, "other".getBytes(UTF_8), signature, REVIEWS, NOW), Reason.FORGED, "changed");
        assertIgnored(senders.judge(TOPIC, KEY, null, signature, null, NOW), Reason.FORGED, "changed");
    }

    @Test
    void a_signer_whose_leaf_had_expired_when_the_broker_took_the_record_is_ignored() {
        Instant later = NOW.plus(HOUR).plusSeconds(1);

        assertIgnored(said(OWNER, later), Reason.UNPROVEN, "certificate expired at");
    }

    @Test
    void an_old_record_of_a_leaf_that_has_expired_since_is_still_believed() {
        said(OWNER, NOW.plus(HOUR).plusSeconds(1));

        assertThat(said(OWNER, NOW)).isEqualTo(Belief.BELIEVED);
    }

    @Test
    void a_revoked_leaf_is_ignored_as_soon_as_that_is_known() {
        said(OWNER, NOW);
        var trust = new Trust("cluster.local", 2, List.of(AUTHORITY.root()), Set.of(OWNER.serial()));

        Belief after = senders.believing(trust).judge(TOPIC, KEY, VALUE, signed(OWNER, VALUE, NOW), REVIEWS, NOW);

        assertIgnored(after, Reason.UNPROVEN, "is revoked");
    }

    @Test
    void a_stranger_s_certificate_proves_nothing() {
        Credential stranger =
                Authority.create("cluster.local", NOW, RANDOM).issue(OWNER.id(), "sidecar", List.of(), HOUR, NOW);

        assertIgnored(said(stranger, NOW), Reason.UNPROVEN, "it says that it is of spiffe://cluster.local/ns/default");
    }

    @Test
    void certificates_that_cannot_be_read_prove_nothing() {
        var genuine = signed(OWNER, VALUE, NOW);
        var garbled = new RecordSignature(genuine.bytes(), new byte[] {1, 2, 3}, NOW);

        assertThat(senders.judge(TOPIC, KEY, VALUE, garbled, REVIEWS, NOW))
                .isInstanceOfSatisfying(
                        Belief.Ignored.class,
                        ignored -> assertThat(ignored.reason()).isEqualTo(Reason.UNPROVEN));
    }
}
