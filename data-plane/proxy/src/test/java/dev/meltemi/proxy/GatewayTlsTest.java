package dev.meltemi.proxy;

import static dev.meltemi.proxy.GatewayUnderTest.credential;
import static dev.meltemi.proxy.SecretFolder.dns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.proxy.MeshAuthority.Wanted;
import dev.meltemi.schemas.compiled.CertificatePaths;
import dev.meltemi.schemas.compiled.ServerTlsSettings;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Pem;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A gateway that ends its callers' TLS.
class GatewayTlsTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final MeshAuthority CLIENTS = new MeshAuthority();
    private static final String SHOP = "shop.example.com";

    @TempDir
    Path folder;

    private SecretFolder secrets = new SecretFolder(Path.of(""));

    @BeforeEach
    void a_credential() {
        secrets = new SecretFolder(folder);
        secrets.put("shop", SecretFolder.of(AUTHORITY, dns(SHOP)));
        secrets.authority("shop", CLIENTS.root);
    }

    private static TlsCaller caller() {
        return new TlsCaller(AUTHORITY.root, null);
    }

    private static TlsCaller caller(Credential own) {
        return new TlsCaller(AUTHORITY.root, own);
    }

    private static Credential client(Wanted wanted) {
        return SecretFolder.of(CLIENTS, wanted);
    }

    @Test
    void a_request_by_https_reaches_the_origin_and_says_so() throws Exception {
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", credential("shop"), SHOP)) {
            String answer = caller().ask(gateway.address(), SHOP, "x-forwarded-client-cert: Hash=forged\r\n");

            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(gateway.origin.received())
                    .contains("x-forwarded-proto: https")
                    .doesNotContain("x-forwarded-client-cert");
            assertThat(gateway.entry().responseCode()).isEqualTo(200);
        }
    }

    @Test
    void the_certificate_may_be_named_by_the_paths_of_its_files() throws Exception {
        var paths = new CertificatePaths(
                folder.resolve("shop/tls.crt").toString(),
                folder.resolve("shop/tls.key").toString());
        try (var gateway = new GatewayUnderTest(ProxySettings.DEFAULT)
                .serving("SIMPLE", ServerTlsSettings.newBuilder().setCertificates(List.of(paths)), SHOP)) {
            assertThat(caller().ask(gateway.address(), SHOP)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void of_several_servers_the_name_in_the_hello_chooses() throws Exception {
        secrets.put("wild", SecretFolder.of(AUTHORITY, dns("*.example.com")));
        secrets.put("team/inner", SecretFolder.of(AUTHORITY, dns("inner.example.com")));
        try (var gateway = new GatewayUnderTest(folder)
                .serving("SIMPLE", credential("shop"), SHOP)
                .serving("SIMPLE", credential("wild"), "*.example.com")
                .serving("SIMPLE", credential("team/inner"), "inner.example.com")) {
            assertThat(shown(gateway, SHOP)).isEqualTo(serial("shop"));
            assertThat(shown(gateway, "other.example.com")).isEqualTo(serial("wild"));
            assertThat(shown(gateway, "INNER.example.com")).isEqualTo(serial("team/inner"));
        }
    }

    private static String shown(GatewayUnderTest gateway, String name) throws IOException {
        try (SSLSocket socket = caller().connect(gateway.address(), name)) {
            return ((java.security.cert.X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSerialNumber()
                    .toString(16);
        }
    }

    private String serial(String name) throws IOException {
        return Pem.certificates(
                        java.nio.file.Files.readString(folder.resolve(name).resolve("tls.crt")))
                .getFirst()
                .getSerialNumber()
                .toString(16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"foreign.example.org", ""})
    void a_name_that_no_server_has_is_closed(String name) throws Exception {
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", credential("shop"), SHOP)) {
            assertThatThrownBy(() -> caller().ask(gateway.address(), name.isEmpty() ? null : name))
                    .isInstanceOf(IOException.class);

            assertThat(gateway.entry().responseFlags()).isEqualTo("NR");
        }
    }

    @Test
    void plaintext_to_a_port_of_tls_is_closed() throws Exception {
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", credential("shop"), SHOP);
                var client = new RawClient(gateway.address())) {
            client.write("GET / HTTP/1.1\r\nhost: " + SHOP + "\r\n\r\n");

            assertThat(client.readToEndOrReset()).isEmpty();
            assertThat(gateway.entry().responseFlags()).isEqualTo("NR");
        }
    }

    @Test
    void a_credential_that_is_missing_closes_its_server_and_no_other() throws Exception {
        try (var gateway = new GatewayUnderTest(folder)
                .serving("SIMPLE", credential("shop"), SHOP)
                .serving("SIMPLE", credential("lost"), "lost.example.com")) {
            assertThatThrownBy(() -> caller().ask(gateway.address(), "lost.example.com"))
                    .isInstanceOf(IOException.class);

            assertThat(gateway.entry().responseCodeDetails())
                    .startsWith("TLS_error:|Secret_is_not_supplied:_Gateway/default/edge_https-1:_")
                    .endsWith("lost/tls.crt_isn't_there:TLS_error_end");
            assertThat(gateway.server.refusedConnections()).containsEntry("no_credential", 1L);
            assertThat(caller().ask(gateway.address(), SHOP)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void a_credential_whose_name_leads_out_of_the_folder_is_none() throws Exception {
        try (var gateway =
                new GatewayUnderTest(folder.resolve("team")).serving("SIMPLE", credential("../shop"), SHOP)) {
            assertThatThrownBy(() -> caller().ask(gateway.address(), SHOP)).isInstanceOf(IOException.class);

            assertThat(gateway.entry().responseCodeDetails()).contains("is_no_name_of_a_folder");
        }
    }

    @Test
    void a_client_with_a_certificate_is_told_to_the_origin() throws Exception {
        Credential own = client(dns("phone.example.com"));
        try (var gateway = new GatewayUnderTest(folder).serving("MUTUAL", credential("shop"), SHOP)) {
            String answer = caller(own).ask(gateway.address(), SHOP, "x-forwarded-client-cert: Hash=forged\r\n");

            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(gateway.origin.received())
                    .contains("x-forwarded-client-cert: Hash=" + Pem.fingerprint(own.leaf())
                            + ";Cert=\"-----BEGIN%20CERTIFICATE-----%0A")
                    .contains("\";Subject=\"CN=leaf.default\";URI=;DNS=phone.example.com\r\n")
                    .doesNotContain("forged");
        }
    }

    @Test
    void a_client_without_a_certificate_is_refused_where_one_is_demanded() throws Exception {
        try (var gateway = new GatewayUnderTest(folder).serving("MUTUAL", credential("shop"), SHOP)) {
            refused(gateway, null, "PEER_DID_NOT_RETURN_A_CERTIFICATE");
        }
    }

    @Test
    void a_client_without_a_certificate_is_served_where_one_is_optional() throws Exception {
        try (var gateway = new GatewayUnderTest(folder).serving("OPTIONAL_MUTUAL", credential("shop"), SHOP)) {
            assertThat(caller().ask(gateway.address(), SHOP)).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"MUTUAL", "OPTIONAL_MUTUAL"})
    void a_client_of_a_foreign_authority_is_refused(String mode) throws Exception {
        try (var gateway = new GatewayUnderTest(folder).serving(mode, credential("shop"), SHOP)) {
            refused(
                    gateway,
                    SecretFolder.of(AUTHORITY, dns("phone.example.com")),
                    "CERTIFICATE_VERIFY_FAILED:no_authority");
        }
    }

    @Test
    void a_client_whose_certificate_has_expired_is_refused() throws Exception {
        Credential expired =
                client(dns("phone.example.com").from(Instant.now().minus(Duration.ofHours(2)), Duration.ofHours(1)));
        try (var gateway = new GatewayUnderTest(folder).serving("MUTUAL", credential("shop"), SHOP)) {
            refused(gateway, expired, "CERTIFICATE_VERIFY_FAILED:certificate_has_expired");
        }
    }

    @Test
    void authorities_may_be_in_a_folder_of_their_own() throws Exception {
        secrets.put("two", SecretFolder.of(AUTHORITY, dns(SHOP)));
        secrets.write("two-cacert", "cacert", Pem.of(List.of(CLIENTS.root)));
        try (var gateway = new GatewayUnderTest(folder).serving("MUTUAL", credential("two"), SHOP)) {
            assertThat(caller(client(dns("phone"))).ask(gateway.address(), SHOP))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void only_the_names_that_are_listed_get_in() throws Exception {
        UnaryOperator<ServerTlsSettings.Builder> listed = tls -> tls.setSubjectAltNames(List.of("phone.example.com"));
        try (var gateway = new GatewayUnderTest(folder).serving("MUTUAL", listed.apply(credential("shop")), SHOP)) {
            assertThat(caller(client(dns("phone.example.com"))).ask(gateway.address(), SHOP))
                    .startsWith("HTTP/1.1 200");
            gateway.log.clear();
            refused(gateway, client(dns("tablet.example.com")), "verify_SAN_list");
        }
    }

    @Test
    void only_the_keys_and_certificates_that_are_listed_get_in() throws Exception {
        Credential one = client(dns("one"));
        Credential two = client(dns("two"));
        var digest = MessageDigest.getInstance("SHA-256");
        var tls = credential("shop")
                .setVerifySpki(List.of(Base64.getEncoder()
                        .encodeToString(digest.digest(one.leaf().getPublicKey().getEncoded()))))
                .setVerifyHash(List.of(HexFormat.ofDelimiter(":")
                        .withUpperCase()
                        .formatHex(digest.digest(two.leaf().getEncoded()))));
        try (var gateway = new GatewayUnderTest(folder).serving("MUTUAL", tls, SHOP)) {
            assertThat(caller(one).ask(gateway.address(), SHOP)).startsWith("HTTP/1.1 200");
            assertThat(caller(two).ask(gateway.address(), SHOP)).startsWith("HTTP/1.1 200");
            gateway.log.clear();
            refused(gateway, client(dns("three")), "verify_hash");
        }
    }

    private static void refused(GatewayUnderTest gateway, @Nullable Credential own, String why) {
        assertThatThrownBy(() -> new TlsCaller(AUTHORITY.root, own).ask(gateway.address(), SHOP))
                .isInstanceOf(IOException.class);
        assertThat(gateway.entry().responseCodeDetails())
                .startsWith("TLS_error:|")
                .contains(why);
    }

    @Test
    void a_member_of_the_mesh_is_known_by_its_name() throws Exception {
        try (var gateway = new GatewayUnderTest(ProxySettings.DEFAULT)
                .serving("ISTIO_MUTUAL", ServerTlsSettings.newBuilder(), SHOP)) {
            gateway.identity.set(AUTHORITY.member("gateway"));

            assertThat(caller(AUTHORITY.member("phone").credential()).ask(gateway.address(), SHOP))
                    .startsWith("HTTP/1.1 200");
            assertThat(gateway.origin.received())
                    .contains("URI=" + MeshAuthority.id("phone").uri());
        }
    }

    @Test
    void versions_are_1_2_and_1_3_unless_said() throws Exception {
        try (var gateway = new GatewayUnderTest(folder)
                .serving("SIMPLE", credential("shop"), SHOP)
                .serving("SIMPLE", credential("shop").setMinVersion("TLSV1_3"), "new.example.com")
                .serving("SIMPLE", credential("shop").setMaxVersion("TLSV1_2"), "old.example.com")) {
            assertThat(session(gateway, SHOP, "TLSv1.2").getProtocol()).isEqualTo("TLSv1.2");
            assertThat(session(gateway, SHOP, "TLSv1.3").getProtocol()).isEqualTo("TLSv1.3");
            assertThat(session(gateway, "old.example.com", "TLSv1.3", "TLSv1.2").getProtocol())
                    .isEqualTo("TLSv1.2");
            assertThatThrownBy(() -> session(gateway, "new.example.com", "TLSv1.2"))
                    .isInstanceOf(SSLException.class);
        }
    }

    private static SSLSession session(GatewayUnderTest gateway, String name, String... versions) throws IOException {
        try (SSLSocket socket = caller().versions(versions).connect(gateway.address(), name)) {
            return socket.getSession();
        }
    }

    @Test
    void only_the_ciphers_that_are_listed_are_spoken() throws Exception {
        var tls = credential("shop").setCipherSuites(List.of("ECDHE-ECDSA-AES256-GCM-SHA384", "NO-SUCH-CIPHER"));
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", tls, SHOP)) {
            assertThat(session(gateway, SHOP, "TLSv1.2").getCipherSuite())
                    .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
            assertThat(session(gateway, SHOP, "TLSv1.3").getProtocol()).isEqualTo("TLSv1.3");
            assertThatThrownBy(() -> caller().versions("TLSv1.2")
                            .ciphers("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256")
                            .connect(gateway.address(), SHOP))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void a_session_is_resumed_by_its_ticket() throws Exception {
        TlsCaller caller = caller();
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", credential("shop"), SHOP)) {
            for (int i = 0; i < 3; i++) {
                assertThat(caller.versions("TLSv1.2").ask(gateway.address(), SHOP))
                        .startsWith("HTTP/1.1 200");
            }

            assertThat(gateway.server.resumedHandshakes()).isEqualTo(2);
        }
    }

    @Test
    void a_hello_of_more_than_16_kibibytes_is_refused() throws Exception {
        try (var gateway = new GatewayUnderTest(folder).serving("SIMPLE", credential("shop"), SHOP);
                var client = new RawClient(gateway.address())) {
            // a record of 16 KiB with the beginning of a handshake message of 32 KiB
            byte[] begin = {0x16, 3, 1, 0x40, 0, 1, 0, (byte) 0x80, 0, 3, 3};
            client.socket.getOutputStream().write(begin);
            client.socket.getOutputStream().write(new byte[0x4000 - 6]);

            client.readToEndOrReset();

            assertThat(gateway.entry().responseCodeDetails()).contains("16384");
        }
    }

    @Test
    void a_handshake_that_stalls_is_given_up() throws Exception {
        var patience = Duration.ofMillis(200);
        var t = ProxySettings.Timeouts.DEFAULT;
        var timeouts = new ProxySettings.Timeouts(
                t.head(),
                t.downstreamIdle(),
                t.stream(),
                t.upstreamIdle(),
                t.halfClosed(),
                t.linger(),
                patience,
                t.connect());
        try (var gateway = new GatewayUnderTest(
                                ProxySettings.DEFAULT.with(timeouts).withCredentials(folder))
                        .serving("SIMPLE", credential("shop"), SHOP);
                var client = new RawClient(gateway.address())) {
            client.socket.getOutputStream().write(new byte[] {0x16, 3, 1, 2, 0, 1});

            assertThat(client.readToEndOrReset()).isEmpty();
            assertThat(gateway.server.refusedConnections()).containsEntry("timeout", 1L);
        }
    }
}
