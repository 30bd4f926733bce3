package dev.meltemi.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuthorityTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final SpiffeId REVIEWS = new SpiffeId("cluster.local", "default", "reviews");
    private static final SecureRandom RANDOM = new SecureRandom();
    private final Authority authority = Authority.create("cluster.local", NOW, RANDOM);

    private X509Certificate leaf(Duration life, String... dns) {
        return authority.issue(REVIEWS, "sidecar", List.of(dns), life, NOW).leaf();
    }

    @Test
    void a_leaf_names_one_spiffe_id_its_servers_and_a_subject_that_brokers_can_map() throws Exception {
        var leaf = leaf(Authority.LIFE, "reviews.example", "127.0.0.1");

        assertThat(PeerCheck.idOf(leaf)).isEqualTo(REVIEWS);
        assertThat(leaf.getSubjectAlternativeNames())
                .extracting(name -> (Object) name.get(1))
                .containsExactlyInAnyOrder(REVIEWS.uri(), "reviews.example", "127.0.0.1");
        assertThat(leaf.getSubjectX500Principal().getName()).isEqualTo("CN=reviews.default,OU=sidecar,O=cluster.local");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).hasSize(2);
    }

    @Test
    void a_leaf_is_backdated_by_five_minutes_or_a_quarter_of_its_life() {
        assertThat(leaf(Duration.ofHours(24)).getNotBefore()).isEqualTo(NOW.minus(Duration.ofMinutes(5)));
        assertThat(leaf(Duration.ofSeconds(40)).getNotBefore()).isEqualTo(NOW.minusSeconds(10));
        assertThat(leaf(Duration.ofSeconds(40)).getNotAfter()).isEqualTo(NOW.plusSeconds(40));
    }

    @Test
    void a_leaf_ends_with_its_root() {
        var late = NOW.plus(Authority.ROOT_LIFE).minus(Duration.ofHours(1));

        var leaf = authority
                .issue(REVIEWS, "sidecar", List.of(), Authority.LIFE, late)
                .leaf();

        assertThat(leaf.getNotAfter()).isEqualTo(authority.root().getNotAfter());
        assertThatThrownBy(() ->
                        authority.issue(REVIEWS, "sidecar", List.of(), Authority.LIFE, NOW.plus(Authority.ROOT_LIFE)))
                .hasMessageContaining("the root expired");
    }

    @Test
    void a_life_has_a_limit_and_an_id_a_domain() {
        assertThatThrownBy(() -> leaf(Duration.ofDays(91))).hasMessageContaining("at most 90 days");
        assertThatThrownBy(() -> authority.issue(
                        new SpiffeId("other.example", "a", "b"), "sidecar", List.of(), Authority.LIFE, NOW))
                .hasMessageContaining("isn't of trust domain cluster.local");
    }

    @Test
    void weak_keys_are_refused() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        var weak = generator.generateKeyPair().getPublic();

        assertThatThrownBy(() ->
                        authority.sign(new Authority.Leaf(REVIEWS, "sidecar", weak, List.of(), Authority.LIFE), NOW))
                .hasMessageContaining("2048");
    }

    @Test
    void a_root_comes_back_with_its_own_key_only() {
        var again = Authority.of(authority.root(), authority.key(), RANDOM);

        assertThat(again.trustDomain()).isEqualTo("cluster.local");
        assertThatThrownBy(
                        () -> Authority.of(authority.root(), Keys.make(RANDOM).getPrivate(), RANDOM))
                .hasMessageContaining("the key isn't its key");
    }
}
