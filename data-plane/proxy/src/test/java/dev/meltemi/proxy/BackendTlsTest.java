package dev.meltemi.proxy;

import static dev.meltemi.proxy.SecretFolder.dns;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.ClientTlsSettings;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import dev.meltemi.spiffe.Credential;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a BackendTLSPolicy makes a proxy do towards the endpoints of its service.
class BackendTlsTest {
    private static final MeshAuthority SERVERS = new MeshAuthority();
    private static final MeshAuthority OTHERS = new MeshAuthority();
    private static final Credential GOOD = SecretFolder.of(SERVERS, dns("vault.example.com"));
    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: reviews:9080\r\n\r\n";

    @TempDir
    Path folder;

    @BeforeEach
    void authorities() {
        var secrets = new SecretFolder(folder);
        secrets.authority("bank/roots", SERVERS.root);
        secrets.authority("bank/others", OTHERS.root);
    }

    private ProxyUnderTest proxy() {
        return new ProxyUnderTest(ProxySettings.DEFAULT.withCredentials(folder));
    }

    private static ClientTlsSettings.Builder told(String... credentials) {
        return ClientTlsSettings.newBuilder()
                .setSni("vault.example.com")
                .setSubjectAltNames(List.of("vault.example.com"))
                .setCaCredentialNames(List.of(credentials));
    }

    private static void refused(ProxyUnderTest proxy, String why) throws Exception {
        assertThat(RawClient.ask(proxy.outbound(), REQUEST)).startsWith("HTTP/1.1 503");
        assertThat(proxy.entry().responseFlags()).startsWith("UF");
        assertThat(proxy.entry().responseCodeDetails()).contains(why);
    }

    @Test
    void a_service_s_endpoints_are_called_by_the_policy_s_name_and_believed_by_any_of_its_authorities()
            throws Exception {
        try (var origin = new TlsOrigin(GOOD, null);
                var proxy = proxy()) {
            proxy.rules
                    .endpoint(origin.address())
                    .backendTls(told("configmap://bank/others", "configmap://bank/roots", "bank/absent"));

            assertThat(RawClient.ask(proxy.outbound(), REQUEST)).startsWith("HTTP/1.1 200");
            assertThat(origin.names).containsExactly("vault.example.com");
        }
    }

    @Test
    void a_certificate_of_another_authority_or_of_another_name_is_refused() throws Exception {
        try (var origin = new TlsOrigin(GOOD, null);
                var stranger = proxy();
                var misnamed = proxy()) {
            stranger.rules.endpoint(origin.address()).backendTls(told("configmap://bank/others"));
            misnamed.rules
                    .endpoint(origin.address())
                    .backendTls(told("configmap://bank/roots").setSubjectAltNames(List.of("other.example.com")));

            refused(stranger, "CERTIFICATE_VERIFY_FAILED:no_authority");
            refused(misnamed, "verify_SAN_list");
        }
    }

    @Test
    void without_its_authorities_or_with_a_policy_that_is_wrong_nothing_is_sent_in_plaintext() throws Exception {
        try (var origin = RecordingOrigin.answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                var proxy = proxy();
                var wrong = proxy()) {
            proxy.rules.endpoint(origin.address()).backendTls(told("configmap://bank/absent"));
            wrong.rules.endpoint(origin.address()).backendTls(told().setTrouble("no ConfigMap is named"));

            refused(proxy, "Secret_is_not_supplied:_no_ca.crt");
            refused(wrong, "Secret_is_not_supplied:_no_ConfigMap_is_named");
            assertThat(origin.visits()).isEmpty();
        }
    }

    @Test
    void a_destination_rule_that_speaks_of_tls_comes_first() throws Exception {
        try (var origin = RecordingOrigin.answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                var proxy = proxy()) {
            proxy.rules
                    .endpoint(origin.address())
                    .backendTls(told("configmap://bank/roots"))
                    .policy(TrafficPolicy.newBuilder().setTls(ClientTls.DISABLE));

            assertThat(RawClient.ask(proxy.outbound(), REQUEST)).startsWith("HTTP/1.1 200");
        }
    }
}
