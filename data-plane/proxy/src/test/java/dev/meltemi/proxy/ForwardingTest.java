package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ForwardingTest {
    private static final String GET = "GET /reviews/0?x=1 HTTP/1.1\r\nHost: reviews:9080\r\nUser-Agent: t\r\n\r\n";

    private static final String CHUNKED_HEAD =
            "POST / HTTP/1.1\r\nHost: reviews:9080\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final String CHUNKED = RecordingOrigin.chunked("abc");

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void a_request_reaches_an_endpoint_and_its_answer_comes_back() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(proxy.outbound(), GET);

            assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok");
            assertThat(origin.received())
                    .startsWith("GET /reviews/0?x=1 HTTP/1.1\r\nhost: reviews:9080\r\n")
                    .contains("\r\ntraceparent: 00-", "\r\nx-request-id: ", "\r\nx-envoy-attempt-count: 1\r\n");
        }
    }

    @Test
    void an_access_entry_tells_of_a_request() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(proxy.outbound(), GET);

            var entry = proxy.entry();
            assertThat(entry.responseCode()).isEqualTo(200);
            assertThat(entry.responseFlags()).isEqualTo("-");
            assertThat(entry.responseCodeDetails()).isEqualTo("via_upstream");
            assertThat(entry.requestBytes()).isEqualTo(GET.length());
            assertThat(entry.responseBytes()).isEqualTo(answer.length());
            assertThat(entry.attempts()).isEqualTo(1);
            assertThat(entry.traceId()).hasSize(32);
            assertThat(entry.userAgent()).isEqualTo("t");
            assertThat(entry.upstreamFirstByteMicros()).isNotNegative();
            assertThat(entry.edge().way().upstreamHost())
                    .isEqualTo("127.0.0.1:" + origin.address().getPort());
        }
    }

    @Test
    void a_keep_alive_connection_serves_one_request_after_the_other_over_one_upstream_connection() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            for (int i = 0; i < 20; i++) {
                client.write(GET);
                assertThat(client.answer()).endsWith("ok");
            }

            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void pipelined_requests_are_answered_in_order() throws IOException {
        try (var origin = new RecordingOrigin(visit -> {
                    while (visit.readRequest()) {
                        String seen = visit.received();
                        String path = seen.substring(seen.lastIndexOf("GET /") + 5, seen.lastIndexOf(" HTTP/1.1"));
                        visit.write("HTTP/1.1 200 OK\r\ncontent-length: " + path.length() + "\r\n\r\n" + path);
                    }
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            var all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
            }
            client.write(all.toString());

            for (int i = 0; i < 50; i++) {
                assertThat(client.answer()).endsWith("\r\n\r\n" + i);
            }
        }
    }

    @Test
    void a_chunked_body_goes_both_ways_with_trailers() throws IOException {
        try (var origin = RecordingOrigin.answering(CHUNKED)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(proxy.outbound(), CHUNKED_HEAD + "5\r\nhello\r\n0\r\n\r\n");

            assertThat(answer).contains("transfer-encoding: chunked").endsWith("3\r\nabc\r\n0\r\n\r\n");
            assertThat(origin.received())
                    .contains("transfer-encoding: chunked")
                    .endsWith("5\r\nhello\r\n0\r\n\r\n")
                    .doesNotContain("content-length");
        }
    }

    @Test
    void an_absolute_target_wins_over_host() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(
                    proxy.outbound(), "GET http://reviews:9080/a HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(origin.received()).startsWith("GET /a HTTP/1.1\r\nhost: reviews:9080\r\n");
        }
    }

    @Test
    void an_http_1_0_caller_gets_an_answer_without_chunks() throws IOException {
        try (var origin = RecordingOrigin.answering(CHUNKED);
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            client.write("GET / HTTP/1.0\r\nHost: reviews:9080\r\n\r\n");

            assertThat(client.readToEnd()).contains("connection: close").endsWith("\r\n\r\nabc");
        }
    }

    @Test
    void inbound_requests_reach_the_application() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            String answer = RawClient.ask(
                    proxy.inbound(origin.address()),
                    "GET /a/../b HTTP/1.1\r\nHost: anything\r\nX-Forwarded-Client-Cert: By=evil\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(origin.received())
                    .startsWith("GET /b HTTP/1.1\r\nhost: anything\r\n")
                    .doesNotContain("evil");
        }
    }

    @Test
    void without_an_endpoint_the_answer_is_503_uh() throws IOException {
        String answer = RawClient.ask(proxy.outbound(), GET);

        assertThat(answer).startsWith("HTTP/1.1 503").endsWith("no healthy upstream");
        assertThat(proxy.entry().responseFlags()).isEqualTo("UH");
    }
}
