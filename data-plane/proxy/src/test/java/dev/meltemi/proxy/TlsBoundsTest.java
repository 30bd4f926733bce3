package dev.meltemi.proxy;

import static dev.meltemi.proxy.GatewayUnderTest.credential;
import static dev.meltemi.proxy.SecretFolder.dns;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.ClientTlsSettings;
import dev.meltemi.schemas.compiled.TlsChoice;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the mesh says of TLS holds where nothing closer says something else.
class TlsBoundsTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final TlsChoice NEW_ONLY = new TlsChoice("TLSV1_3", List.of(), List.of());
    private static final String SHOP = "shop.example.com";
    private static final String OLD = "old.example.com";

    @TempDir
    Path folder;

    @BeforeEach
    void credentials() {
        var secrets = new SecretFolder(folder);
        secrets.put("shop", SecretFolder.of(AUTHORITY, dns(SHOP)));
        secrets.authority("servers", AUTHORITY.root);
    }

    private static TlsCaller caller() {
        return new TlsCaller(AUTHORITY.root, null);
    }

    private static SSLSession session(GatewayUnderTest gateway, TlsCaller caller, String name) throws IOException {
        try (SSLSocket socket = caller.connect(gateway.address(), name)) {
            return socket.getSession();
        }
    }

    @Test
    void a_gateway_s_server_takes_no_older_tls_than_the_mesh_says_unless_it_says_so_itself() throws Exception {
        try (var gateway = new GatewayUnderTest(folder)
                .bounds(NEW_ONLY)
                .serving("SIMPLE", credential("shop"), SHOP)
                .serving("SIMPLE", credential("shop").setMinVersion("TLSV1_2"), OLD)) {
            assertThat(session(gateway, caller(), SHOP).getProtocol()).isEqualTo("TLSv1.3");
            assertThat(session(gateway, caller().versions("TLSv1.2"), OLD).getProtocol())
                    .isEqualTo("TLSv1.2");
            assertThatThrownBy(() -> session(gateway, caller().versions("TLSv1.2"), SHOP))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void a_gateway_s_server_takes_the_ciphers_and_groups_that_the_mesh_says() throws Exception {
        var said = new TlsChoice("", List.of("ECDHE-ECDSA-AES256-GCM-SHA384"), List.of("P-384"));
        try (var gateway = new GatewayUnderTest(folder).bounds(said).serving("SIMPLE", credential("shop"), SHOP)) {
            assertThat(session(gateway, caller().versions("TLSv1.2"), SHOP).getCipherSuite())
                    .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
            assertThat(session(gateway, caller().groups("secp384r1"), SHOP).getProtocol())
                    .isEqualTo("TLSv1.3");
            assertThatThrownBy(() -> session(gateway, caller().groups("secp256r1"), SHOP))
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void tls_to_endpoints_is_no_older_than_the_mesh_says() throws Exception {
        var good = SecretFolder.of(AUTHORITY, dns(RulesInForce.HOST));
        var tls = ClientTlsSettings.newBuilder()
                .setCaCertificatesPath(folder.resolve("servers/ca.crt").toString());
        try (var origin = new TlsOrigin(good, null).versions("TLSv1.2");
                var proxy = new ProxyUnderTest(ProxySettings.DEFAULT.withCredentials(folder))) {
            proxy.rules
                    .endpoint(origin.address())
                    .policy(TrafficPolicy.newBuilder().setTls(ClientTls.SIMPLE).setTlsSettings(tls.build()));
            String before = RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nhost: reviews:9080\r\n\r\n");
            proxy.rules.entrance(settings -> settings.setOtherTls(NEW_ONLY));

            String after = RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nhost: reviews:9080\r\n\r\n");

            assertThat(before).startsWith("HTTP/1.1 200");
            assertThat(after).startsWith("HTTP/1.1 503");
        }
    }

    @Test
    void mesh_tls_is_what_the_mesh_says_from_the_next_connection_on() throws Exception {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"))) {
            var address = callee.inbound(origin.address());
            var peer = AUTHORITY.member("gateway").credential();
            try (var older = MeshClient.connect(address, peer, "TLSv1.2")) {
                assertThat(older.ask("GET / HTTP/1.1\r\nhost: reviews\r\n\r\n")).startsWith("HTTP/1.1 200");
            }

            callee.rules.entrance(settings -> settings.setMeshTls(NEW_ONLY));

            try (var older = MeshClient.connect(address, peer, "TLSv1.2");
                    var newer = MeshClient.connect(address, peer, "TLSv1.3")) {
                assertThatThrownBy(() -> older.ask("GET / HTTP/1.1\r\nhost: reviews\r\n\r\n"))
                        .isInstanceOf(IOException.class);
                assertThat(newer.ask("GET / HTTP/1.1\r\nhost: reviews\r\n\r\n")).startsWith("HTTP/1.1 200");
            }
        }
    }
}
