package dev.meltemi.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Peer;
import dev.meltemi.spiffe.PeerCheck;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.workload.CredentialsException;
import dev.meltemi.workload.CredentialsFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaFolderTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path files;

    private CaFolder folder;
    private Authority authority;

    @BeforeEach
    void init() {
        folder = new CaFolder(files.resolve("mesh"));
        authority = folder.init(plan(), NOW, RANDOM);
    }

    private static CaFolder.Plan plan() {
        return new CaFolder.Plan("cluster.local", List.of("kafka", "127.0.0.1"), Optional.empty());
    }

    @Test
    void every_member_has_credentials_that_peers_accept() {
        for (String member : CaFolder.MEMBERS) {
            var identity = new CredentialsFolder(files.resolve("mesh").resolve(member)).read();

            assertThat(PeerCheck.check(identity.credential().chain(), authority.trust(1), NOW))
                    .isEqualTo(new Peer.Proven(identity.credential().id()));
            assertThat(identity.credential().leaf().getSubjectX500Principal().getName())
                    .isEqualTo("CN=" + member + ".istio-system,OU=" + member + ",O=cluster.local");
        }
        var broker = new CredentialsFolder(files.resolve("mesh/broker")).read();
        assertThat(ServerNames.of(broker.credential().leaf())).containsExactly("kafka", "127.0.0.1");
    }

    @Test
    void what_is_secret_is_the_owners_alone() throws Exception {
        for (String file : List.of("ca/root-key.pem", "ca/token-key.pem", "ca/passphrase", "operator/key.pem")) {
            assertThat(PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(files.resolve("mesh").resolve(file))))
                    .isEqualTo("rw-------");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("mesh/ca"))))
                .isEqualTo("rwx------");
        assertThat(Files.readString(files.resolve("mesh/ca/root-key.pem"))).contains("ENCRYPTED PRIVATE KEY");
    }

    @Test
    void nothing_that_exists_is_overwritten() throws Exception {
        var before = Files.readString(files.resolve("mesh/root.pem"));

        assertThatThrownBy(() -> folder.init(plan(), NOW, RANDOM))
                .isInstanceOf(CaException.class)
                .hasMessageContaining("already")
                .hasMessageContaining("root.pem");

        assertThat(Files.readString(files.resolve("mesh/root.pem"))).isEqualTo(before);
    }

    @Test
    void another_passphrase_opens_nothing() {
        assertThatThrownBy(() -> folder.open(Optional.of("another".toCharArray()), RANDOM))
                .hasMessageContaining("root-key.pem")
                .hasMessageContaining("is that its passphrase?");
    }

    @Test
    void a_renewed_member_keeps_its_names() {
        var opened = folder.open(Optional.empty(), RANDOM);

        var renewed = folder.issue(opened.authority(), "broker", List.of(), NOW);

        assertThat(ServerNames.of(renewed.leaf())).containsExactly("kafka", "127.0.0.1");
    }

    @Test
    void credentials_that_do_not_fit_are_named() throws Exception {
        Files.copy(
                files.resolve("mesh/people/key.pem"),
                files.resolve("mesh/operator/key.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> new CredentialsFolder(files.resolve("mesh/operator")).read())
                .isInstanceOf(CredentialsException.class)
                .hasMessageContaining("key.pem: it isn't the key of cert.pem");
        assertThatThrownBy(() -> new CredentialsFolder(files.resolve("nowhere")).read())
                .hasMessageContaining("cert.pem: there is no such file");
    }

    @Test
    void the_fingerprint_is_the_roots() {
        assertThat(Pem.fingerprint(authority.root())).matches("[0-9a-f]{64}");
        assertThat(folder.trustDomain()).isEqualTo("cluster.local");
    }
}
