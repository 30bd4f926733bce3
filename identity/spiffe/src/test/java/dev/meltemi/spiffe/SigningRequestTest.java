package dev.meltemi.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class SigningRequestTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final SpiffeId REVIEWS = new SpiffeId("cluster.local", "default", "reviews");

    @Test
    void what_was_asked_is_read_back() {
        var pair = Keys.make(RANDOM);

        var read = SigningRequest.read(SigningRequest.make(pair, REVIEWS));

        assertThat(read.key()).isEqualTo(pair.getPublic());
        assertThat(read.uris()).containsExactly(REVIEWS.uri());
    }

    @Test
    void somebody_elses_key_is_refused() {
        var stolen =
                new KeyPair(Keys.make(RANDOM).getPublic(), Keys.make(RANDOM).getPrivate());

        assertThatThrownBy(() -> SigningRequest.read(SigningRequest.make(stolen, REVIEWS)))
                .hasMessageContaining("doesn't prove");
    }

    @Test
    void nonsense_and_floods_are_refused_in_words() {
        assertThatThrownBy(() -> SigningRequest.read("hello")).hasMessageContaining("found 0");
        assertThatThrownBy(() -> SigningRequest.read(Pem.block(Pem.REQUEST, new byte[] {1, 2, 3})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be read");
        assertThatThrownBy(() -> SigningRequest.read("x".repeat(SigningRequest.LONGEST + 1)))
                .hasMessageContaining("at most 16384");
    }
}
