package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.DirectResponse;
import dev.meltemi.schemas.compiled.Fault;
import dev.meltemi.schemas.compiled.HeaderOperations;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.Redirect;
import dev.meltemi.schemas.compiled.RetryPolicy;
import dev.meltemi.schemas.compiled.Rewrite;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a rule can do with a request besides sending it on as it is.
class RuleActionsTest {
    private static final String GET = "GET /a?b=1 HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
    private static final String POST = "POST /a HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 5\r\n\r\nhello";

    private static final HeaderOperations EDITS = HeaderOperations.newBuilder()
            .setResponseSet(Map.of("X-Set", "1", "Server", "ours"))
            .setResponseRemove(List.of("Date"))
            .build();

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void a_redirect_answers_by_itself_with_the_rule_s_headers() throws IOException {
        proxy.rules.route(route -> route.setHeaders(EDITS)
                .setRedirect(Redirect.newBuilder().setCode(308).setUri("/new").build()));

        try (var client = new RawClient(proxy.outbound())) {
            client.write(GET);
            String answer = client.answer();
            client.write(GET);

            assertThat(answer)
                    .startsWith("HTTP/1.1 308 Permanent Redirect\r\n")
                    .contains(
                            "\r\nlocation: http://reviews:9080/new?b=1\r\n", "\r\nx-set: 1\r\n", "\r\nserver: ours\r\n")
                    .doesNotContain("\r\ndate: ", "connection: close");
            assertThat(client.answer()).as("on the same connection").startsWith("HTTP/1.1 308");
        }
        assertThat(proxy.entry().responseCodeDetails()).isEqualTo("direct_response");
        assertThat(proxy.entry().attempts()).isZero();
    }

    @Test
    void a_direct_response_answers_by_itself_with_the_rule_s_headers() throws IOException {
        proxy.rules.route(route -> route.setHeaders(EDITS)
                .setDirectResponse(DirectResponse.newBuilder()
                        .setStatus(503)
                        .setBody(ByteBuffer.wrap("closed".getBytes(StandardCharsets.UTF_8)))
                        .build()));

        String answer = RawClient.ask(proxy.outbound(), POST);

        assertThat(answer)
                .startsWith("HTTP/1.1 503 ")
                .contains("\r\nx-set: 1\r\n", "\r\ncontent-length: 6\r\n", "\r\nserver: ours\r\n")
                .endsWith("\r\n\r\nclosed");
        assertThat(proxy.entry().responseFlags()).isEqualTo("-");
    }

    @Test
    void a_direct_response_to_head_tells_the_length_and_sends_nothing() throws IOException {
        proxy.rules.route(route -> route.setDirectResponse(DirectResponse.newBuilder()
                .setStatus(200)
                .setBody(ByteBuffer.wrap("closed".getBytes(StandardCharsets.UTF_8)))
                .build()));

        try (var client = new RawClient(proxy.outbound())) {
            client.write("HEAD / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close\r\n\r\n");

            assertThat(client.readToEnd()).contains("content-length: 6").endsWith("\r\n\r\n");
        }
    }

    @Test
    void a_destination_s_authority_is_what_it_sees() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address()).route(RuleActionsTest::authority);

            RawClient.ask(proxy.outbound(), GET);

            assertThat(origin.received()).contains("\r\nhost: inner.example.com\r\n");
        }
    }

    @Test
    void an_authority_rewrite_wins_over_a_destination_s_authority() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules
                    .endpoint(origin.address())
                    .route(RuleActionsTest::authority)
                    .route(route -> route.setRewrite(Rewrite.newBuilder()
                            .setAuthority("rewrite.example.com")
                            .build()));

            RawClient.ask(proxy.outbound(), GET);

            assertThat(origin.received()).contains("\r\nhost: rewrite.example.com\r\n");
        }
    }

    private static HttpRoute.Builder authority(HttpRoute.Builder route) {
        return route.setDestinations(
                List.of(WeightedDestination.newBuilder(route.getDestinations().getFirst())
                        .setAuthority("inner.example.com")
                        .build()));
    }

    @Test
    void an_abort_by_grpc_status_is_told_in_the_caller_s_words() throws IOException {
        proxy.rules.route(route -> route.setFault(Fault.newBuilder()
                .setAbortPercent(100)
                .setAbortGrpcStatus("RESOURCE_EXHAUSTED")
                .build()));

        String plain = RawClient.ask(proxy.outbound(), GET);
        String grpc = RawClient.ask(proxy.outbound(), """
            POST /a HTTP/1.1\r
            Host: reviews:9080\r
            Content-Type: application/grpc+proto\r
            Content-Length: 0\r
            \r
            """);

        assertThat(plain).startsWith("HTTP/1.1 429");
        assertThat(grpc)
                .startsWith("HTTP/1.1 200")
                .contains("\r\ngrpc-status: 8\r\n", "\r\ncontent-type: application/grpc\r\n");
        assertThat(proxy.log).hasSize(2).allMatch(entry -> entry.responseFlags().equals("FI"));
    }

    @Test
    void variables_in_headers_are_filled_in_and_what_is_empty_is_not_sent() throws IOException {
        try (var origin =
                RecordingOrigin.answering("HTTP/1.1 201 Created\r\nx-version: v2\r\ncontent-length: 0\r\n\r\n")) {
            proxy.rules
                    .endpoint(origin.address())
                    .route(route -> route.setName("cart")
                            .setHeaders(HeaderOperations.newBuilder()
                                    .setRequestSet(Map.of(
                                            "x-from", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
                                            "x-what", "%REQ(:method)% %REQ(X-Absent?:path):2% 100%%",
                                            "x-none", "%REQ(x-absent)%"))
                                    .setResponseSet(
                                            Map.of("x-by", "%ROUTE_NAME%/%RESP(x-version)%/%RESPONSE_CODE%/%HOSTNAME%"))
                                    .build()));

            String answer = RawClient.ask(proxy.outbound(), GET);

            assertThat(origin.received())
                    .contains("\r\nx-from: 127.0.0.1\r\n", "\r\nx-what: GET /a 100%\r\n")
                    .doesNotContain("x-none");
            assertThat(answer).contains("\r\nx-by: cart/v2/201/%HOSTNAME%\r\n");
        }
    }

    @Test
    void a_status_is_retried_on_an_endpoint_that_did_not_give_it() throws IOException {
        try (var busy = RecordingOrigin.answering("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n");
                var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules
                    .endpoint(busy.address())
                    .endpoint(origin.address())
                    .route(route -> route.setRetries(RetryPolicy.newBuilder()
                            .setAttempts(1)
                            .setRetryOn(List.of("503"))
                            .setBackoffUs(1_000L)
                            .build()));

            for (int i = 0; i < 8; i++) {
                assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 200");
            }

            assertThat(proxy.log).anyMatch(entry -> entry.attempts() == 2);
        }
    }

    @Test
    void a_mirror_gets_the_same_request_and_its_answer_goes_nowhere() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var mirror = RecordingOrigin.answering("HTTP/1.1 500 No\r\ncontent-length: 4\r\n\r\nevil")) {
            proxy.rules.endpoint(origin.address()).mirror(mirror.address());

            for (int i = 0; i < 3; i++) {
                assertThat(RawClient.ask(proxy.outbound(), POST))
                        .startsWith("HTTP/1.1 200")
                        .endsWith("ok");
            }

            Awaitility.await().until(() -> mirror.received().split("\r\n\r\nhello", -1).length == 4);
            assertThat(mirror.received())
                    .startsWith("POST /a HTTP/1.1\r\nhost: reviews:9080\r\n")
                    .containsPattern("\r\ntraceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00\r\n")
                    .doesNotContainPattern("traceparent: [^\r]*-01\r\n")
                    .contains("content-length: 5\r\n");
            assertThat(proxy.log).hasSize(3).allMatch(entry -> entry.responseCode() == 200);
        }
    }

    @Test
    void a_mirror_that_never_answers_slows_nobody() throws IOException {
        var mirrored = new CountDownLatch(5);
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var mirror = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    mirrored.countDown();
                    visit.readToEnd();
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address()).mirror(mirror.address());

            for (int i = 0; i < 5; i++) {
                client.write(POST);
                assertThat(client.answer()).endsWith("ok");
            }

            Awaitility.await().until(() -> mirrored.getCount() == 0);
            assertThat(proxy.log).allMatch(entry -> entry.durationMicros() < 2_000_000);
        }
    }

    @Test
    void a_host_that_is_the_proxy_s_own_listener_is_refused() throws IOException {
        String own = "127.0.0.1:" + proxy.outbound().getPort();

        String byAddress = RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nHost: " + own + "\r\n\r\n");
        String byName = RawClient.ask(
                proxy.outbound(),
                "GET / HTTP/1.1\r\nHost: localhost:" + proxy.outbound().getPort() + "\r\n\r\n");

        assertThat(byAddress).startsWith("HTTP/1.1 508 ").contains(own + " is this proxy's own listener");
        assertThat(byName).startsWith("HTTP/1.1 508 ").contains(own + " is this proxy's own listener");
        assertThat(proxy.log)
                .hasSize(2)
                .allMatch(entry -> entry.responseCodeDetails().equals("request_loop"));
    }

    @Test
    void a_request_that_began_on_a_table_ends_on_it() throws IOException {
        var asked = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    asked.countDown();
                    Awaitility.await().until(() -> go.getCount() == 0);
                    visit.write(RecordingOrigin.OK);
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address()).route(route -> route.setHeaders(EDITS));
            var before = proxy.rules.table().revision();
            client.write(GET);
            Awaitility.await().until(() -> asked.getCount() == 0);

            proxy.rules.route(route -> route.setHeaders(null)
                    .setDirectResponse(
                            DirectResponse.newBuilder().setStatus(204).build()));
            go.countDown();

            assertThat(client.answer()).startsWith("HTTP/1.1 200").contains("x-set: 1");
            assertThat(proxy.entry().edge().revision()).isEqualTo(before);
            client.write(GET);
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 204");
            assertThat(proxy.log.getLast().edge().revision())
                    .isEqualTo(proxy.rules.table().revision())
                    .isNotEqualTo(before);
        }
    }

    @Test
    void a_try_that_takes_too_long_is_repeated_on_another_endpoint() throws IOException {
        try (var stuck = new RecordingOrigin(RecordingOrigin.Visit::readToEnd);
                var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new RawClient(proxy.outbound())) {
            proxy.rules
                    .endpoint(stuck.address())
                    .endpoint(origin.address())
                    .route(route -> route.setRetries(RetryPolicy.newBuilder()
                            .setAttempts(1)
                            .setPerTryTimeoutUs(100_000L)
                            .setRetryOn(List.of("gateway-error"))
                            .setBackoffUs(1_000L)
                            .build()));

            for (int i = 0; i < 6; i++) {
                client.write(POST);
                assertThat(client.answer()).startsWith("HTTP/1.1 200");
            }

            assertThat(stuck.visits()).isNotEmpty();
            assertThat(proxy.log).anyMatch(entry -> entry.attempts() == 2);
        }
    }

    @Test
    void the_last_try_that_takes_too_long_is_504() throws IOException {
        try (var stuck = new RecordingOrigin(RecordingOrigin.Visit::readToEnd)) {
            proxy.rules
                    .endpoint(stuck.address())
                    .route(route -> route.setRetries(RetryPolicy.newBuilder()
                            .setAttempts(1)
                            .setPerTryTimeoutUs(50_000L)
                            .setRetryOn(List.of("5xx"))
                            .setBackoffUs(1_000L)
                            .build()));

            String answer = RawClient.ask(proxy.outbound(), GET);

            assertThat(answer).startsWith("HTTP/1.1 504");
            assertThat(proxy.entry().responseFlags()).isEqualTo("UT,URX");
            assertThat(proxy.entry().responseCodeDetails()).isEqualTo("upstream_per_try_timeout");
            assertThat(proxy.entry().attempts()).isEqualTo(2);
        }
    }

    @Test
    void an_overflow_is_never_retried() throws IOException {
        var limits = ProxySettings.Limits.DEFAULT;
        var none = new ProxySettings.Limits(
                limits.requestLine(),
                limits.head(),
                limits.fields(),
                limits.replay(),
                0,
                0,
                limits.mirrors(),
                limits.refuseUnderscores());
        try (var full = new ProxyUnderTest(ProxySettings.DEFAULT.with(none));
                var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            full.rules
                    .endpoint(origin.address())
                    .route(route -> route.setRetries(RetryPolicy.newBuilder()
                            .setAttempts(3)
                            .setRetryOn(List.of("5xx", "reset", "gateway-error", "connect-failure"))
                            .build()));

            String answer = RawClient.ask(full.outbound(), GET);

            assertThat(answer).startsWith("HTTP/1.1 503");
            assertThat(full.entry().responseFlags()).isEqualTo("UO");
            assertThat(full.entry().attempts()).isEqualTo(1);
        }
    }
}
