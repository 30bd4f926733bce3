package dev.meltemi.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PemTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Test
    void keys_and_certificates_come_back() {
        var pair = Keys.make(RANDOM);
        var root = Authority.create("cluster.local", Instant.EPOCH, RANDOM).root();

        assertThat(Pem.privateKey(Pem.of(pair.getPrivate()))).isEqualTo(pair.getPrivate());
        assertThat(Pem.publicKey(Pem.of(pair.getPublic()))).isEqualTo(pair.getPublic());
        assertThat(Pem.certificates(Pem.of(List.of(root)))).containsExactly(root);
    }

    @Test
    void an_encrypted_key_opens_with_its_passphrase_only() {
        var key = Keys.make(RANDOM).getPrivate();
        var sealed = Pem.encrypted(key, "open sesame".toCharArray(), Pem.SLOW, RANDOM);

        assertThat(sealed).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        assertThat(Pem.decrypted(sealed, "open sesame".toCharArray())).isEqualTo(key);
        assertThatThrownBy(() -> Pem.decrypted(sealed, "another".toCharArray()))
                .hasMessageContaining("is that its passphrase?");
    }

    @Test
    void what_is_missing_is_said() {
        assertThatThrownBy(() -> Pem.certificates("")).hasMessageContaining("no -----BEGIN CERTIFICATE-----");
        assertThatThrownBy(() -> Pem.privateKey("")).hasMessageContaining("found 0");
    }
}
