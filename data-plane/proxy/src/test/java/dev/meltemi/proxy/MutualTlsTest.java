package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.MutualTls;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A sidecar that calls another with mesh mTLS, and what both tell of it.
class MutualTlsTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: reviews:9080\r\n\r\n";
    private static final String PRODUCTPAGE = "spiffe://cluster.local/ns/default/sa/productpage";
    private static final String REVIEWS = "spiffe://cluster.local/ns/default/sa/reviews";

    @Test
    void two_members_speak_mutual_tls_and_both_tell_who_the_other_is() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var caller = new ProxyUnderTest().as(AUTHORITY.member("productpage"))) {
            caller.rules.meshEndpoint("reviews", callee.inbound(origin.address()));

            String answer = RawClient.ask(caller.outbound(), REQUEST);

            assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("ok");
            assertThat(origin.received())
                    .containsPattern("x-forwarded-client-cert: By=" + REVIEWS
                            + ";Hash=[0-9a-f]{64};Subject=\"CN=leaf.default\";URI=" + PRODUCTPAGE + "\r\n")
                    .doesNotContain("x-envoy-peer-metadata");
            var sent = caller.entry().edge();
            assertThat(sent.way().connectionSecurityPolicy()).isEqualTo("mutual_tls");
            assertThat(sent.source().principal()).isEqualTo(PRODUCTPAGE);
            assertThat(sent.destination().principal()).isEqualTo(REVIEWS);
            var arrived = callee.entry().edge();
            assertThat(arrived.way().connectionSecurityPolicy()).isEqualTo("mutual_tls");
            assertThat(arrived.source().principal()).isEqualTo(PRODUCTPAGE);
            assertThat(arrived.source().workload()).isEqualTo("productpage-v1");
            assertThat(arrived.source().namespace()).isEqualTo("default");
            assertThat(arrived.destination().principal()).isEqualTo(REVIEWS);
        }
    }

    @Test
    void an_endpoint_that_proves_to_be_another_gets_no_octet_of_the_request() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var impostor = new ProxyUnderTest().as(AUTHORITY.member("impostor"));
                var caller = new ProxyUnderTest().as(AUTHORITY.member("productpage"))) {
            caller.rules.meshEndpoint("reviews", impostor.inbound(origin.address()));

            String answer = RawClient.ask(caller.outbound(), REQUEST);

            assertThat(answer).startsWith("HTTP/1.1 503");
            assertThat(caller.entry().responseFlags()).isEqualTo("UF,URX");
            assertThat(caller.entry().responseCodeDetails())
                    .isEqualTo(
                            "upstream_reset_before_response_started{remote_connection_failure|TLS_error:|the_peer_is_"
                                    + "spiffe://cluster.local/ns/default/sa/impostor;_expected_" + REVIEWS
                                    + ":TLS_error_end}");
            assertThat(origin.visits()).isEmpty();
            assertThat(impostor.log).isEmpty();
        }
    }

    @Test
    void plaintext_goes_on_beside_mutual_tls_and_is_believed_nothing() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"))) {
            String answer = RawClient.ask(
                    callee.inbound(origin.address()),
                    "GET / HTTP/1.1\r\nhost: reviews:9080\r\nx-forwarded-client-cert: URI=" + PRODUCTPAGE
                            + "\r\nx-envoy-peer-metadata: workload=forged&app=forged\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 200 OK");
            assertThat(origin.received())
                    .doesNotContain("x-forwarded-client-cert")
                    .doesNotContain("forged");
            var arrived = callee.entry().edge();
            assertThat(arrived.way().connectionSecurityPolicy()).isEqualTo("none");
            assertThat(arrived.source()).isEqualTo(WorkloadLabels.NOBODY);
        }
    }

    @Test
    void a_member_without_an_identity_is_called_and_calls_in_plaintext() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest();
                var caller = new ProxyUnderTest()) {
            caller.rules.meshEndpoint("reviews", callee.inbound(origin.address()));

            String answer = RawClient.ask(caller.outbound(), REQUEST);

            assertThat(answer).startsWith("HTTP/1.1 200 OK");
            assertThat(caller.entry().edge().way().connectionSecurityPolicy()).isEqualTo("none");
            assertThat(callee.entry().edge().way().connectionSecurityPolicy()).isEqualTo("none");
        }
    }

    @Test
    void plaintext_to_a_strict_port_is_closed_and_told() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var client = new RawClient(callee.inbound(origin.address()))) {
            callee.rules.mutualTls(MutualTls.STRICT);

            client.write(REQUEST);

            assertThat(client.readToEndOrReset()).isEmpty();
            assertThat(callee.entry().responseFlags()).isEqualTo("NR");
            assertThat(callee.entry().responseCodeDetails())
                    .isEqualTo("filter_chain_not_found|plaintext_to_port_9080,_whose_mTLS_mode_is_STRICT");
            assertThat(callee.server.refusedConnections()).containsEntry("plaintext", 1L);
            assertThat(origin.visits()).isEmpty();
        }
    }

    @Test
    void nobody_gets_in_where_a_scope_of_access_cannot_be_read() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var client = new RawClient(callee.inbound(origin.address()))) {
            callee.rules.mutualTls(MutualTls.UNKNOWN);

            client.write(REQUEST);

            assertThat(client.readToEndOrReset()).isEmpty();
            assertThat(callee.entry().responseCodeDetails()).contains("nobody_gets_in_at_port_9080:_mesh_says");
            assertThat(origin.visits()).isEmpty();
        }
    }

    @Test
    void a_plaintext_connection_ends_when_its_port_becomes_strict() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var client = new RawClient(callee.inbound(origin.address()))) {
            client.write(REQUEST);
            String before = client.answer();
            callee.rules.mutualTls(9080, MutualTls.STRICT);

            client.write(REQUEST);

            assertThat(before).startsWith("HTTP/1.1 200");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 503").contains("STRICT");
            assertThat(origin.received()).containsOnlyOnce("GET /");
        }
    }

    @Test
    void what_a_proven_caller_forwards_of_others_is_kept_before_its_own_name() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var peer = MeshClient.connect(callee.inbound(origin.address()), AUTHORITY.member("gateway"))) {
            peer.ask("GET / HTTP/1.1\r\nhost: reviews:9080\r\nx-forwarded-client-cert: By=a;URI=b\r\n\r\n");

            assertThat(origin.received())
                    .containsPattern("x-forwarded-client-cert: By=a;URI=b,By=" + REVIEWS + ";Hash=[0-9a-f]{64};"
                            + "Subject=\"CN=leaf.default\";URI=spiffe://cluster.local/ns/default/sa/gateway\r\n");
        }
    }

    @Test
    void the_second_connection_resumes_the_session_of_the_first() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var caller = new ProxyUnderTest().as(AUTHORITY.member("productpage"));
                var first = new RawClient(caller.outbound());
                var second = new RawClient(caller.outbound())) {
            // both at once, so that the pool can't lend the connection of the first
            caller.rules.meshEndpoint("reviews", callee.inbound(origin.address()));
            first.write(REQUEST);
            first.answer();
            first.write("POST / HTTP/1.1\r\nhost: reviews:9080\r\ncontent-length: 5\r\n\r\n");

            second.write(REQUEST);

            assertThat(second.answer()).startsWith("HTTP/1.1 200");
            assertThat(callee.server.resumedHandshakes()).isEqualTo(1);
            assertThat(callee.log)
                    .allSatisfy(entry ->
                            assertThat(entry.edge().source().principal()).isEqualTo(PRODUCTPAGE));
        }
    }

    @Test
    void half_a_hello_is_cut_off_in_time() throws IOException {
        var times = ProxySettings.Timeouts.DEFAULT;
        var impatient = new ProxySettings.Timeouts(
                times.head(),
                times.downstreamIdle(),
                times.stream(),
                times.upstreamIdle(),
                times.halfClosed(),
                times.linger(),
                Duration.ofMillis(150),
                times.connect());
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest(ProxySettings.DEFAULT.with(impatient)).as(AUTHORITY.member("reviews"));
                var client = new RawClient(callee.inbound(origin.address()))) {
            client.write("\u0016\u0003\u0001\u0002");

            client.readToEndOrReset();

            assertThat(callee.server.refusedConnections()).containsEntry("timeout", 1L);
            assertThat(callee.entry().responseCodeDetails()).startsWith("TLS_error:|handshake_timed_out");
        }
    }

    @Test
    void a_hello_beyond_16_kib_is_refused() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var client = new RawClient(callee.inbound(origin.address()))) {
            // records of 8 KiB: a ClientHello of 80,000 octets
            String hello = "\u0001\u00018\u0080\u0003\u0003";
            try {
                client.write(record(hello + "\u0000".repeat(8192 - hello.length())));
                for (int i = 0; i < 9; i++) {
                    client.write(record("\u0000".repeat(8192)));
                }
            } catch (SocketException reset) {
                // refused before it was sent whole
            }

            client.readToEndOrReset();

            assertThat(callee.server.refusedConnections()).containsEntry("handshake", 1L);
            assertThat(origin.visits()).isEmpty();
        }
    }

    private static String record(String content) {
        return "\u0016\u0003\u0001" + (char) (content.length() >> 8) + (char) (content.length() & 255) + content;
    }

    @Test
    void tls_1_1_is_refused() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var client = new RawClient(callee.inbound(origin.address()))) {
            // version 3.2, no session, one suite (ECDHE-ECDSA-AES128-SHA), no compression
            client.write(record(
                    "\u0001\u0000\u0000)\u0003\u0002" + "r".repeat(32) + "\u0000\u0000\u0002\u00c0\u0009\u0001\u0000"));

            client.readToEndOrReset();

            assertThat(callee.entry().responseCodeDetails()).contains("UNSUPPORTED_PROTOCOL");
            assertThat(callee.server.refusedConnections()).containsEntry("handshake", 1L);
        }
    }
}
