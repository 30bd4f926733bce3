package dev.meltemi.proxy;

import static dev.meltemi.proxy.SecretFolder.dns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.ClientTlsSettings;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Pem;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A proxy that begins TLS towards an endpoint on behalf of a caller that speaks plaintext.
class TlsOriginationTest {
    private static final MeshAuthority SERVERS = new MeshAuthority();
    private static final MeshAuthority CLIENTS = new MeshAuthority();
    private static final Credential GOOD = SecretFolder.of(SERVERS, dns(RulesInForce.HOST));
    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: reviews:9080\r\n\r\n";

    @TempDir
    Path folder;

    private SecretFolder secrets = new SecretFolder(Path.of(""));

    @BeforeEach
    void authorities() {
        secrets = new SecretFolder(folder);
        secrets.authority("servers", SERVERS.root);
    }

    private ClientTlsSettings.Builder tls() {
        return ClientTlsSettings.newBuilder()
                .setCaCertificatesPath(folder.resolve("servers/ca.crt").toString());
    }

    private ProxyUnderTest proxy() {
        return new ProxyUnderTest(ProxySettings.DEFAULT.withCredentials(folder));
    }

    private static void rule(ProxyUnderTest proxy, TlsOrigin origin, ClientTls mode, ClientTlsSettings.Builder tls) {
        proxy.rules
                .endpoint(origin.address())
                .policy(TrafficPolicy.newBuilder().setTls(mode).setTlsSettings(tls.build()));
    }

    private static String refused(ProxyUnderTest proxy) throws Exception {
        assertThat(RawClient.ask(proxy.outbound(), REQUEST)).startsWith("HTTP/1.1 503");
        assertThat(proxy.entry().responseFlags()).startsWith("UF");
        return proxy.entry().responseCodeDetails();
    }

    @Test
    void a_server_of_the_service_s_name_is_called_by_it() throws Exception {
        try (var origin = new TlsOrigin(GOOD, null);
                var proxy = proxy()) {
            rule(proxy, origin, ClientTls.SIMPLE, tls());

            assertThat(RawClient.ask(proxy.outbound(), REQUEST)).endsWith("nobody");
            assertThat(origin.names).containsExactly(RulesInForce.HOST);
        }
    }

    @Test
    void a_certificate_is_shown_that_files_or_a_credential_hold() throws Exception {
        secrets.put("own", SecretFolder.of(CLIENTS, dns("phone")));
        secrets.authority("own", SERVERS.root);
        try (var origin = new TlsOrigin(GOOD, CLIENTS.root);
                var proxy = proxy();
                var byName = proxy()) {
            rule(
                    proxy,
                    origin,
                    ClientTls.MUTUAL,
                    tls().setCertificatePath(folder.resolve("own/tls.crt").toString())
                            .setPrivateKeyPath(folder.resolve("own/tls.key").toString()));
            rule(
                    byName,
                    origin,
                    ClientTls.MUTUAL,
                    ClientTlsSettings.newBuilder().setCredentialName("own"));

            assertThat(RawClient.ask(proxy.outbound(), REQUEST)).endsWith("CN=leaf.default");
            assertThat(RawClient.ask(byName.outbound(), REQUEST)).endsWith("CN=leaf.default");
        }
    }

    @Test
    void a_server_of_another_name_is_refused() throws Exception {
        try (var origin = new TlsOrigin(SecretFolder.of(SERVERS, dns("other.example.com")), null);
                var proxy = proxy()) {
            rule(proxy, origin, ClientTls.SIMPLE, tls());

            assertThat(refused(proxy))
                    .contains("TLS_error:|CERTIFICATE_VERIFY_FAILED:verify_SAN_list:_it_is_for_other.example.com");
        }
    }

    @Test
    void names_that_a_rule_lists_are_the_ones_that_count() throws Exception {
        try (var origin = new TlsOrigin(SecretFolder.of(SERVERS, dns("*.example.com")), null);
                var proxy = proxy()) {
            rule(
                    proxy,
                    origin,
                    ClientTls.SIMPLE,
                    tls().setSubjectAltNames(List.of("no", "api.example.com")).setSni("sni.example.com"));

            assertThat(RawClient.ask(proxy.outbound(), REQUEST)).startsWith("HTTP/1.1 200");
            assertThat(origin.names).containsExactly("sni.example.com");
        }
    }

    @Test
    void a_server_of_a_foreign_authority_is_refused() throws Exception {
        try (var origin = new TlsOrigin(SecretFolder.of(CLIENTS, dns(RulesInForce.HOST)), null);
                var proxy = proxy()) {
            rule(proxy, origin, ClientTls.SIMPLE, tls());

            assertThat(refused(proxy)).contains("TLS_error:|CERTIFICATE_VERIFY_FAILED:no_authority");
        }
    }

    @Test
    void by_default_it_is_this_machine_that_says_who_is_believed() throws Exception {
        try (var origin = new TlsOrigin(GOOD, null);
                var proxy = proxy()) {
            rule(proxy, origin, ClientTls.SIMPLE, ClientTlsSettings.newBuilder());

            assertThat(refused(proxy)).contains("TLS_error:|CERTIFICATE_VERIFY_FAILED:no_authority");
        }
    }

    @Test
    void a_server_whose_certificate_has_expired_is_refused() throws Exception {
        var past = dns(RulesInForce.HOST).from(Instant.now().minus(Duration.ofHours(2)), Duration.ofHours(1));
        try (var origin = new TlsOrigin(SecretFolder.of(SERVERS, past), null);
                var proxy = proxy()) {
            rule(proxy, origin, ClientTls.SIMPLE, tls());

            assertThat(refused(proxy)).contains("certificate_has_expired");
        }
    }

    @Test
    void whoever_is_there_will_do_where_a_rule_says_so() throws Exception {
        try (var origin = new TlsOrigin(MeshAuthority.selfSigned(MeshAuthority.id("any")), null);
                var proxy = proxy()) {
            rule(proxy, origin, ClientTls.SIMPLE, ClientTlsSettings.newBuilder().setInsecureSkipVerify(true));

            assertThat(RawClient.ask(proxy.outbound(), REQUEST)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void a_missing_file_is_named_and_its_coming_noticed() throws Exception {
        try (var origin = new TlsOrigin(GOOD, null);
                var proxy = proxy()) {
            rule(
                    proxy,
                    origin,
                    ClientTls.SIMPLE,
                    ClientTlsSettings.newBuilder()
                            .setCaCertificatesPath(folder.resolve("late/ca.crt").toString()));
            assertThat(refused(proxy)).contains("Secret_is_not_supplied").contains("late/ca.crt_isn't_there");

            secrets.write("late", "ca.crt", Pem.of(List.of(SERVERS.root)));

            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> RawClient.ask(proxy.outbound(), REQUEST).startsWith("HTTP/1.1 200"));
        }
    }
}
