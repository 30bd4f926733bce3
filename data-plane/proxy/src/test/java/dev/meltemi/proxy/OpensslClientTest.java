package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meltemi.proxy.MeshAuthority.Wanted;
import dev.meltemi.spiffe.Credential;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `openssl s_client` sees of a sidecar.
class OpensslClientTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: reviews:9080\r\nconnection: close\r\n\r\n";

    @TempDir
    Path folder;

    @BeforeAll
    static void openssl_is_installed() throws InterruptedException {
        boolean there;
        try {
            there = new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException absent) {
            there = false;
        }
        assumeTrue(there, "openssl isn't installed: apt-get install openssl");
    }

    @Test
    void a_member_believes_the_sidecar_and_is_answered() throws Exception {
        assertThat(ask(AUTHORITY.member("client").credential(), "-tls1_3", REQUEST))
                .contains("HTTP/1.1 200 OK")
                .contains("Verification: OK");
    }

    @Test
    void a_member_that_speaks_tls_1_2_is_answered() throws Exception {
        assertThat(ask(AUTHORITY.member("client").credential(), "-tls1_2", REQUEST))
                .contains("HTTP/1.1 200 OK")
                .contains("Protocol  : TLSv1.2");
    }

    @Test
    void a_certificate_of_a_foreign_root_is_refused() throws Exception {
        var id = MeshAuthority.id("client");
        var foreign = new MeshAuthority().credential(id, Wanted.named(id.uri()));

        assertThat(ask(foreign, "-tls1_3", "")).doesNotContain("HTTP/1.1").contains("alert");
    }

    @Test
    void no_certificate_is_refused() throws Exception {
        assertThat(ask(null, "-tls1_3", "")).doesNotContain("HTTP/1.1").contains("alert certificate required");
    }

    /// @param request octets that come when the sidecar has refused already would make it reset the connection, and
    /// openssl forget the alert
    /// @return what openssl printed
    private String ask(@Nullable Credential who, String version, String request) throws Exception {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"))) {
            InetSocketAddress sidecar = callee.inbound(origin.address());
            var command = new ArrayList<>(List.of(
                    "openssl",
                    "s_client",
                    "-connect",
                    sidecar.getAddress().getHostAddress() + ":" + sidecar.getPort(),
                    version,
                    "-servername",
                    "outbound_.9080_._.reviews.default.svc.cluster.local",
                    "-ign_eof",
                    "-CAfile",
                    pem("root.pem", "CERTIFICATE", AUTHORITY.root.getEncoded())));
            if (who != null) {
                command.addAll(List.of(
                        "-cert",
                        pem("cert.pem", "CERTIFICATE", who.leaf().getEncoded()),
                        "-key",
                        pem("key.pem", "PRIVATE KEY", who.key().getEncoded())));
            }
            Path output = folder.resolve("output");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (var in = process.getOutputStream()) {
                in.write(request.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException refused) {
                // it has ended before it read this
            }
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            String printed = Files.readString(output, StandardCharsets.ISO_8859_1);
            assertThat(origin.visits()).hasSize(printed.contains("200 OK") ? 1 : 0);
            return printed;
        }
    }

    private String pem(String name, String type, byte[] content) throws IOException, GeneralSecurityException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                        folder.resolve(name),
                        "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n")
                .toString();
    }
}
