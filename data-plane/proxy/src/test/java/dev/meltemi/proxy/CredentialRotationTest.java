package dev.meltemi.proxy;

import static dev.meltemi.proxy.GatewayUnderTest.credential;
import static dev.meltemi.proxy.SecretFolder.dns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.spiffe.Credential;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of a credential are replaced while a gateway serves with them.
class CredentialRotationTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final String SHOP = "shop.example.com";

    @TempDir
    Path folder;

    @Test
    void no_request_fails_while_files_are_replaced_and_new_ones_are_used_within_seconds() throws Exception {
        var secrets = new SecretFolder(folder);
        secrets.put("shop", SecretFolder.of(AUTHORITY, dns(SHOP)));
        var enough = new AtomicBoolean();
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", credential("shop"), SHOP);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> load = threads.submit(() -> {
                int answered = 0;
                while (!enough.get()) {
                    assertThat(ask(gateway)).startsWith("HTTP/1.1 200");
                    answered++;
                }
                return answered;
            });
            try {
                for (int i = 0; i < 3; i++) {
                    Credential next = secrets.put("shop", SecretFolder.of(AUTHORITY, dns(SHOP)));
                    until(() -> shown(gateway).equals(next.leaf()));
                }
            } finally {
                enough.set(true);
            }

            assertThat(load.get()).isPositive();
            assertThat(gateway.log)
                    .allSatisfy(entry -> assertThat(entry.responseCode()).isEqualTo(200));
        }
    }

    @Test
    void a_broken_file_leaves_the_last_good_one_in_force_and_says_so() throws Exception {
        var secrets = new SecretFolder(folder);
        Credential good = secrets.put("shop", SecretFolder.of(AUTHORITY, dns(SHOP)));
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", credential("shop"), SHOP)) {
            assertThat(ask(gateway)).startsWith("HTTP/1.1 200");

            secrets.write("shop", "tls.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

            until(() -> gateway.server.credentialStates().getFirst().trouble().contains("tls.crt"));
            assertThat(shown(gateway)).isEqualTo(good.leaf());
            assertThat(gateway.server.credentialStates().getFirst().active()).isTrue();
            assertThat(gateway.server.credentialStates().toString())
                    .contains(good.leaf().getSerialNumber().toString(16))
                    .doesNotContain("PRIVATE");
        }
    }

    private static void until(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }

    private static String ask(GatewayUnderTest gateway) throws Exception {
        return new TlsCaller(AUTHORITY.root, null).ask(gateway.address(), SHOP);
    }

    private static X509Certificate shown(GatewayUnderTest gateway) throws Exception {
        try (var socket = new TlsCaller(AUTHORITY.root, null).connect(gateway.address(), SHOP)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }
}
