package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
}
