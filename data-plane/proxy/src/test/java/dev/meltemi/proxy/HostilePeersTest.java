package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.meltemi.proxy.MeshAuthority.Wanted;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.SpiffeId;
import dev.meltemi.spiffe.Trust;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Row 23 of the fault matrix: whoever can't prove who it is gets nothing through, as a caller and as an endpoint.
class HostilePeersTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final SpiffeId ID = MeshAuthority.id("reviews");
    private static final String URI = ID.uri();
    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: reviews:9080\r\n\r\n";

    static Stream<Arguments> credentials() {
        var wanted = Wanted.named(URI);
        var elsewhere = new SpiffeId("elsewhere.example", "default", "reviews");
        return Stream.of(
                argumentSet(
                        "another trust domain",
                        signed(Wanted.named(elsewhere.uri())),
                        "trust domain elsewhere.example isn't cluster.local"),
                argumentSet("two URI names", signed(Wanted.named(URI, URI + "2")), "has 2 URI names"),
                argumentSet("no name", signed(wanted.withNames()), "has 0 URI names"),
                argumentSet(
                        "a DNS name",
                        signed(wanted.withNames(new GeneralName(GeneralName.dNSName, "reviews.default"))),
                        "has 0 URI names"),
                argumentSet(
                        "an e-mail name",
                        signed(wanted.withNames(new GeneralName(GeneralName.rfc822Name, "reviews@cluster.local"))),
                        "has 0 URI names"),
                argumentSet(
                        "a URI of another scheme",
                        signed(Wanted.named("https://cluster.local/ns/default/sa/reviews")),
                        "SPIFFE id"),
                argumentSet(
                        "a SPIFFE id of another form",
                        signed(Wanted.named("spiffe://cluster.local/reviews")),
                        "SPIFFE id"),
                argumentSet(
                        "a name with a line break",
                        signed(Wanted.named("spiffe://cluster.local/ns/default/sa/reviews%0d%0ax")),
                        "SPIFFE id"),
                argumentSet(
                        "expired",
                        signed(wanted.from(Instant.now().minus(Duration.ofHours(2)), Duration.ofHours(1))),
                        "certificate expired at"),
                argumentSet(
                        "not yet valid",
                        signed(wanted.from(Instant.now().plus(Duration.ofHours(1)), Duration.ofHours(1))),
                        "isn't valid before"),
                argumentSet("a CA as a leaf", signed(wanted.asAuthority()), "the leaf is a CA certificate"),
                argumentSet("self-signed", MeshAuthority.selfSigned(ID), "no root that we believe"),
                argumentSet(
                        "another authority's", new MeshAuthority().credential(ID, wanted), "no root that we believe"));
    }

    private static Credential signed(Wanted wanted) {
        return AUTHORITY.credential(ID, wanted);
    }

    @ParameterizedTest
    @MethodSource("credentials")
    void a_caller_is_refused_and_the_reason_is_told(Credential hostile, String reason) throws IOException {
        String details = refused(hostile, "TLSv1.3", "TLSv1.2");

        assertThat(details).startsWith("TLS_error:|").contains(reason.replace(' ', '_'));
    }

    /// By its alert or by the end of the connection, as the version has it.
    static final List<Arguments> HANDSHAKES = List.of(
            argumentSet("no certificate, TLS 1.3", null, "TLSv1.3", "CERTIFICATE"),
            argumentSet("no certificate, TLS 1.2", null, "TLSv1.2", "CERTIFICATE"));

    @ParameterizedTest
    @FieldSource("HANDSHAKES")
    void a_caller_without_a_certificate_is_refused(@Nullable Credential who, String version, String reason)
            throws IOException {
        assertThat(refused(who, version)).startsWith("TLS_error:|").contains(reason);
    }

    /// @return the details of the entry that tells of it
    private static String refused(@Nullable Credential who, String... versions) throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var callee = new ProxyUnderTest().as(AUTHORITY.member("details"));
                var peer = MeshClient.connect(callee.inbound(origin.address()), who, versions)) {
            String answer = "";
            try {
                answer = peer.ask(REQUEST);
            } catch (IOException refused) {
                // what a refusal looks like from the other side
            }
            assertThat(answer).isEmpty();
            String details = callee.entry().responseCodeDetails();
            assertThat(callee.log).hasSize(1);
            assertThat(callee.entry().responseFlags()).isEqualTo("DPE");
            assertThat(origin.visits()).isEmpty();
            return details;
        }
    }

    @ParameterizedTest
    @MethodSource("credentials")
    void an_endpoint_gets_no_octet_of_a_request(Credential hostile, String reason) throws IOException {
        // It believes the caller, so that only the caller can end this.
        var trusting =
                new Identity(hostile, new Trust(MeshAuthority.TRUST_DOMAIN, 1, List.of(AUTHORITY.root), Set.of()));
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var endpoint = new ProxyUnderTest().as(trusting);
                var caller = new ProxyUnderTest().as(AUTHORITY.member("productpage"))) {
            caller.rules.meshEndpoint("reviews", endpoint.inbound(origin.address()));

            String answer = RawClient.ask(caller.outbound(), REQUEST);

            assertThat(answer).startsWith("HTTP/1.1 503");
            assertThat(caller.entry().responseFlags()).isEqualTo("UF,URX");
            assertThat(caller.entry().responseCodeDetails())
                    .startsWith("upstream_reset_before_response_started{remote_connection_failure|TLS_error:|")
                    .contains(reason.replace(' ', '_'));
            assertThat(origin.visits()).isEmpty();
        }
    }
}
