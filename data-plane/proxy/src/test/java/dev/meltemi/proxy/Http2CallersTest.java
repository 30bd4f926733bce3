package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.AccessEntry;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests and answers over HTTP/2, with applications that speak HTTP/1.1.
class Http2CallersTest {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void a_request_reaches_an_endpoint_and_its_answer_comes_back() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.get(1, "/reviews/0?x=1").answer(1);

            assertThat(answer.status).isEqualTo("200");
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(answer.fields).containsEntry("content-length", "2");
            assertThat(origin.received())
                    .startsWith("GET /reviews/0?x=1 HTTP/1.1\r\nhost: reviews:9080\r\n")
                    .contains("\r\ntraceparent: 00-", "\r\nx-request-id: ", "\r\nx-envoy-attempt-count: 1\r\n");
        }
    }

    @Test
    void a_short_answer_is_two_frames() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.get(1, "/").answer(1);

            assertThat(answer.frames).extracting(FrameClient.Frame::type).containsExactly(1, 0);
        }
    }

    @Test
    void an_access_entry_tells_of_a_request() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.get(1, "/a").answer(1);

            AccessEntry entry = proxy.entry();
            assertThat(entry.protocol()).isEqualTo("HTTP/2");
            assertThat(entry.method()).isEqualTo("GET");
            assertThat(entry.path()).isEqualTo("/a");
            assertThat(entry.authority()).isEqualTo("reviews:9080");
            assertThat(entry.responseCode()).isEqualTo(200);
            assertThat(entry.responseFlags()).isEqualTo("-");
            assertThat(entry.responseCodeDetails()).isEqualTo("via_upstream");
            assertThat(entry.responseBytes())
                    .isEqualTo(answer.frames.stream()
                            .mapToLong(frame -> 9L + frame.payload().length)
                            .sum());
        }
    }

    @Test
    void streams_are_served_side_by_side() throws IOException, InterruptedException {
        var first = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    while (visit.readRequest()) {
                        if (visit.received().contains("GET /slow")) {
                            await(first);
                        }
                        visit.write(RecordingOrigin.OK);
                    }
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/slow").get(3, "/quick").flush();

            FrameClient.Answer quick = client.answer(3);

            assertThat(quick.status).isEqualTo("200");
            assertThat(client.seen(1).status).isEmpty();
            first.countDown();
            assertThat(client.answer(1).status).isEqualTo("200");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_hundred_requests_at_once_are_answered_over_one_connection() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            for (int i = 0; i < 100; i++) {
                client.get(2 * i + 1, "/" + i);
            }

            for (int i = 0; i < 100; i++) {
                assertThat(client.answer(2 * i + 1).body()).isEqualTo("ok");
            }

            assertThat(client.goAway).isNull();
        }
    }

    @Test
    void a_body_without_length_goes_on_in_chunks_with_its_trailers() throws IOException {
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("x-sum: 42\r\n\r\n");
                    visit.write(RecordingOrigin.OK);
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            client.post(1).data(1, false, "abc").headers(1, true, "x-sum", "42").answer(1);

            assertThat(origin.received())
                    .contains("transfer-encoding: chunked\r\n")
                    .endsWith("\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 42\r\n\r\n");
        }
    }

    @Test
    void a_body_with_length_goes_on_with_it() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            client.post(1, "content-length", "3")
                    .data(1, false, "a")
                    .data(1, true, "bc")
                    .answer(1);

            assertThat(origin.received()).contains("content-length: 3\r\n").endsWith("\r\n\r\nabc");
        }
    }

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    @Test
    void an_answer_in_chunks_comes_back_with_its_trailers() throws IOException {
        String answered = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Upper: Case\r\n\r\n"
                + "3\r\nabc\r\n0\r\ngrpc-status: 0\r\n\r\n";
        try (var origin = RecordingOrigin.answering(answered);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.get(1, "/").answer(1);

            assertThat(answer.body()).isEqualTo("abc");
            assertThat(answer.fields).containsEntry("x-upper", "Case").doesNotContainKey("transfer-encoding");
            assertThat(answer.trailers).containsEntry("grpc-status", "0");
        }
    }

    @Test
    void the_answer_to_head_has_a_length_and_no_body() throws IOException {
        try (var origin = RecordingOrigin.answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.headers(
                            1, true, ":method", "HEAD", ":scheme", "http", ":authority", "reviews:9080", ":path", "/")
                    .answer(1);

            assertThat(answer.fields).containsEntry("content-length", "5");
            assertThat(answer.frames).extracting(FrameClient.Frame::type).containsExactly(1);
        }
    }

    @Test
    void interim_answers_come_before_the_final_one() throws IOException {
        try (var origin = RecordingOrigin.answering(
                        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.get(1, "/").answer(1);

            assertThat(answer.interim).containsExactly("103");
            assertThat(answer.status).isEqualTo("200");
        }
    }

    @Test
    void an_answer_before_the_requests_end_stops_the_request_without_an_error() throws IOException {
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    visit.write(RecordingOrigin.OK);
                    visit.readToEnd();
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.post(1).data(1, false, "abc").answer(1);

            assertThat(answer.body()).isEqualTo("ok");
            assertThat(client.until(FrameClient.RST, 1)).isNotNull();
            assertThat(answer.reset).isZero();
        }
    }

    @Test
    void a_caller_that_resets_its_stream_ends_the_request_upstream() throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/").flush();
            Awaitility.await().until(() -> origin.received().endsWith("\r\n\r\n"));

            client.reset(1, 8).flush();

            assertThat(proxy.entry().responseFlags()).isEqualTo("DC");
            Awaitility.await().until(() -> origin.visits().getFirst().over);
        }
    }

    @Test
    void an_answer_that_breaks_off_resets_its_stream_and_no_other() throws IOException {
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    if (visit.received().contains("GET /broken")) {
                        visit.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc");
                        visit.reset();
                    } else {
                        visit.write(RecordingOrigin.OK);
                        visit.readToEnd();
                    }
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer broken = client.get(1, "/broken").answer(1);

            assertThat(broken.ended).isFalse();
            assertThat(broken.reset).isEqualTo(2);
            assertThat(proxy.entry().responseFlags()).isEqualTo("UC");
            assertThat(client.get(3, "/whole").answer(3).body()).isEqualTo("ok");
        }
    }

    @Test
    void crumbs_of_a_cookie_reach_the_endpoint_as_one() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            client.post(1, "cookie", "a=b", "cookie", "c=d").data(1, true, "").answer(1);

            assertThat(origin.received()).contains("\r\ncookie: a=b; c=d\r\n");
        }
    }

    @Test
    void a_request_without_route_is_answered_here() throws IOException {
        try (var client = new FrameClient(proxy.outbound())) {

            FrameClient.Answer answer = client.headers(
                            1, true, ":method", "GET", ":scheme", "http", ":authority", "nobody.invalid", ":path", "/")
                    .answer(1);

            assertThat(answer.status).isIn("404", "502", "503");
            assertThat(answer.fields).containsEntry("server", "meltemi");
        }
    }

    @Test
    void a_preface_may_come_octet_by_octet() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound(), "", new byte[0])) {
            proxy.rules.endpoint(origin.address());
            for (byte octet : FrameClient.PREFACE.getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
                client.socket.getOutputStream().write(octet);
            }

            FrameClient.Answer answer = client.get(1, "/").answer(1);

            assertThat(answer.body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "istio-h2"})
    void a_member_of_the_mesh_speaks_it_within_mutual_tls(String protocol) throws IOException {
        try (var origin = new Http2Origin(call -> call.ok("ok"));
                var callee = new ProxyUnderTest().as(AUTHORITY.member("reviews"));
                var socket = MeshClient.offering(
                        callee.inbound(origin.address()), AUTHORITY.member("gateway"), protocol, "http/1.1");
                var client = new FrameClient(socket, FrameClient.PREFACE, new byte[0])) {

            FrameClient.Answer answer = client.get(1, "/").answer(1);

            assertThat(answer.body()).isEqualTo("ok");
            assertThat(socket.getApplicationProtocol()).isEqualTo(protocol);
            assertThat(callee.entry().edge().way().connectionSecurityPolicy()).isEqualTo("mutual_tls");
        }
    }

    @Test
    void a_post_in_http_1_is_no_preface() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write("P");
            client.write("OST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 0\r\n\r\n");

            String answer = client.answer();

            assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @SuppressWarnings("StringConcatToTextBlock") // lines end with CR LF
    @Test
    void an_offer_to_upgrade_is_ignored() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(
                    proxy.outbound(),
                    "GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                            + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(origin.received()).doesNotContainIgnoringCase("h2c").doesNotContainIgnoringCase("http2-");
        }
    }
}
