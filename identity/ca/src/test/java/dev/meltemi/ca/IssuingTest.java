package dev.meltemi.ca;

import static dev.meltemi.ca.Mesh.RATINGS;
import static dev.meltemi.ca.Mesh.REVIEWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.schemas.identity.IssueRequest;
import dev.meltemi.schemas.identity.IssuedCertificate;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Keys;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SigningRequest;
import dev.meltemi.spiffe.SpiffeId;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IssuingTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final SecureRandom RANDOM = new SecureRandom();
    private final Authority authority = Authority.create("cluster.local", NOW, RANDOM);
    private final KeyPair tokenKey = Keys.make(RANDOM);
    private final KeyPair key = Keys.make(RANDOM);
    private final Inventory inventory = new Inventory();
    private final Issuing issuing =
            new Issuing(authority, (ECPublicKey) tokenKey.getPublic(), Duration.ofHours(24), new Random(7));

    private String token(SpiffeId id, boolean singleUse) {
        return JoinTokens.create(id, HOUR, singleUse, tokenKey.getPrivate(), NOW, UUID.randomUUID());
    }

    private IssueRequest request(String instance, KeyPair pair, @Nullable SpiffeId asks, String token) {
        return IssueRequest.newBuilder()
                .setCsr(SigningRequest.make(pair, asks))
                .setInstance(instance)
                .setToken(token)
                .build();
    }

    private IssuedCertificate issue(IssueRequest request, X509Certificate... shown) throws Refusal {
        return issueAt(NOW, request, shown);
    }

    private IssuedCertificate issueAt(Instant now, IssueRequest request, X509Certificate... shown) throws Refusal {
        var issued = issuing.decide(request, List.of(shown), authority.trust(1), inventory, now);
        inventory.put(Inventory.key(issued.getSpiffeId(), issued.getInstance()), issued);
        return issued;
    }

    private static void refused(ThrowingCallable question, String why) {
        assertThatThrownBy(question).isInstanceOf(Refusal.class).hasMessageContaining(why);
    }

    @Test
    void a_token_decides_who_the_asker_is() throws Exception {
        var issued = issue(request("reviews-v1.default", key, null, token(REVIEWS, true)));

        var leaf = Pem.certificates(issued.getChain()).getFirst();
        assertThat(PeerCheck.idOf(leaf)).isEqualTo(REVIEWS);
        assertThat(leaf.getPublicKey()).isEqualTo(key.getPublic());
        assertThat(leaf.getSubjectX500Principal().getName()).startsWith("CN=reviews.default,OU=sidecar");
        assertThat(issued.getNotAfter()).isEqualTo(NOW.plus(Duration.ofHours(24)));
        assertThat(issued.getRotateAt()).isBetween(NOW.plus(Duration.ofHours(8)), NOW.plus(Duration.ofHours(12)));
    }

    @Test
    void a_certificate_renews_itself_with_its_role_and_its_server_names() throws Exception {
        var broker = new SpiffeId("cluster.local", "istio-system", "broker");
        Credential mine = authority.issue(broker, "broker", List.of("kafka"), HOUR, NOW);

        var issued = issue(request("broker", key, broker, ""), mine.leaf());

        var leaf = Pem.certificates(issued.getChain()).getFirst();
        assertThat(leaf.getSubjectX500Principal().getName()).contains("OU=broker");
        assertThat(ServerNames.of(leaf)).containsExactly("kafka");
    }

    @Test
    void a_request_that_asks_for_somebody_else_is_refused() {
        refused(
                () -> issue(request("reviews-v1.default", key, RATINGS, token(REVIEWS, false))),
                "asks for spiffe://cluster.local/ns/default/sa/ratings, but who asks is"
                        + " spiffe://cluster.local/ns/default/sa/reviews");
    }

    @Test
    void nobody_and_strangers_are_refused() {
        refused(() -> issue(request("a", key, null, "")), "neither a token nor a certificate");
        var stranger = Authority.create("cluster.local", NOW, RANDOM).issue(REVIEWS, "sidecar", List.of(), HOUR, NOW);
        refused(() -> issue(request("a", key, null, ""), stranger.leaf()), "no root that we believe");
        var foreign = Authority.create("other.example", NOW, RANDOM)
                .issue(new SpiffeId("other.example", "default", "reviews"), "sidecar", List.of(), HOUR, NOW);
        refused(() -> issue(request("a", key, null, ""), foreign.leaf()), "trust domain other.example");
    }

    @Test
    void an_expired_certificate_renews_nothing() {
        var mine = authority.issue(REVIEWS, "sidecar", List.of(), HOUR, NOW);

        refused(
                () -> issueAt(NOW.plus(HOUR).plusSeconds(1), request("a", key, REVIEWS, ""), mine.leaf()),
                "expired at");
    }

    @Test
    void a_single_use_token_is_good_for_one_key_only() throws Exception {
        var token = token(REVIEWS, true);
        issue(request("reviews-v1.default", key, null, token));

        refused(() -> issue(request("thief", Keys.make(RANDOM), null, token)), "was used already");
        refused(() -> issue(request("reviews-v1.default", Keys.make(RANDOM), null, token)), "was used already");
        assertThat(issue(request("reviews-v1.default", key, null, token)).getRotations())
                .as("the answer was lost, and the same asker asks again")
                .isEqualTo(2);
    }

    @Test
    void a_used_token_is_remembered_over_renewals() throws Exception {
        var token = token(REVIEWS, true);
        var first = issue(request("reviews-v1.default", key, null, token));
        issue(
                request("reviews-v1.default", Keys.make(RANDOM), null, ""),
                Pem.certificates(first.getChain()).getFirst());

        refused(() -> issue(request("thief", Keys.make(RANDOM), null, token)), "was used already");
    }

    @Test
    void the_same_signature_in_other_words_is_the_same_token() throws Exception {
        var token = token(REVIEWS, true);
        issue(request("reviews-v1.default", key, null, token));
        // (r, s) and (r, n - s) are both good ECDSA signatures
        var parts = token.split("\\.", -1);
        var signature = java.util.Base64.getUrlDecoder().decode(parts[2]);
        var order = ((ECPublicKey) tokenKey.getPublic()).getParams().getOrder();
        var s = new java.math.BigInteger(1, java.util.Arrays.copyOfRange(signature, 32, 64));
        var other = order.subtract(s).toByteArray();
        for (int i = 0; i < 32; i++) {
            int from = other.length - 32 + i;
            signature[32 + i] = from < 0 ? 0 : other[from];
        }
        var twin = parts[0] + "." + parts[1] + "."
                + java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(signature);

        refused(() -> issue(request("thief", Keys.make(RANDOM), null, twin)), "was used already");
    }

    @Test
    void a_token_that_may_be_used_often_is_good_for_many_instances() throws Exception {
        var token = token(REVIEWS, false);

        assertThat(issue(request("reviews-v1.default", key, null, token)).getSpiffeId())
                .isEqualTo(issue(request("reviews-v2.default", Keys.make(RANDOM), null, token))
                        .getSpiffeId());
    }

    @Test
    void expired_forged_foreign_and_garbled_tokens_are_told_apart() {
        var good = token(REVIEWS, false);
        refused(
                () -> issueAt(NOW.plus(HOUR), request("a", key, null, good)),
                "the token expired at 2026-05-01T13:00:00Z");
        var forged = JoinTokens.create(REVIEWS, HOUR, false, Keys.make(RANDOM).getPrivate(), NOW, UUID.randomUUID());
        refused(() -> issue(request("a", key, null, forged)), "isn't signed by this CA");
        refused(
                () -> issue(request("a", key, null, token(new SpiffeId("other.example", "a", "b"), false))),
                "for trust domain other.example");
        refused(() -> issue(request("a", key, null, "hello")), "can't be read");
        refused(() -> issue(request("a", key, null, "x".repeat(5000))), "at most 4096");
        refused(() -> issue(request("a", key, null, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.")), "can't be read");
    }

    @Test
    void bad_names_and_bad_requests_are_refused() {
        refused(() -> issue(request("a/b", key, null, token(REVIEWS, false))), "the instance's name");
        var broken = IssueRequest.newBuilder()
                .setCsr("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")
                .setInstance("a")
                .setToken(token(REVIEWS, false))
                .build();
        refused(() -> issue(broken), "can't be read");
        var stolen = new KeyPair(key.getPublic(), Keys.make(RANDOM).getPrivate());
        refused(() -> issue(request("a", stolen, null, token(REVIEWS, false))), "doesn't prove");
    }
}
