package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A head, and what follows a body, may have a hundred fields, as with Envoy, from either side and in either protocol.
class FieldCountTest {
    private static final int MOST = ProxySettings.Limits.DEFAULT.fields();
    private static final String POST =
            "POST / HTTP/1.1\r\nHost: reviews:9080\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static String lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> "x-" + i + ": y\r\n").collect(Collectors.joining());
    }

    private static String[] fields(int count, String... before) {
        var all = new ArrayList<>(List.of(before));
        IntStream.range(0, count).forEach(i -> all.addAll(List.of("x-" + i, "y")));
        return all.toArray(String[]::new);
    }

    private void told(String flag, String details, int status) {
        assertThat(proxy.entry().responseFlags()).isEqualTo(flag);
        assertThat(proxy.entry().responseCodeDetails()).isEqualTo(details);
        assertThat(proxy.entry().responseCode()).isEqualTo(status);
        assertThat(proxy.log).hasSize(1);
    }

    @Test
    void a_hundred_fields_are_a_request_and_an_answer() throws IOException {
        try (var origin =
                RecordingOrigin.answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n" + lines(MOST - 1) + "\r\n")) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(
                    proxy.outbound(), "GET / HTTP/1.1\r\nHost: reviews:9080\r\n" + lines(MOST - 1) + "\r\n");

            assertThat(answer).startsWith("HTTP/1.1 200").contains("x-98: y");
            assertThat(origin.received()).contains("x-98: y");
        }
    }

    @Test
    void a_request_with_more_is_431() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address());

            String answer =
                    RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nHost: reviews:9080\r\n" + lines(MOST) + "\r\n");

            assertThat(answer).startsWith("HTTP/1.1 431");
            told("DPE", "too_many_headers", 431);
            assertThat(origin.visits()).isEmpty();
        }
    }

    @Test
    void a_request_with_more_behind_its_body_is_431_and_never_completed() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(proxy.outbound(), POST + lines(MOST + 1) + "\r\n");

            assertThat(answer).startsWith("HTTP/1.1 431");
            told("DPE", "too_many_trailers", 431);
            assertThat(origin.received()).doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void an_answer_with_more_is_502_upe() throws IOException {
        try (var origin =
                RecordingOrigin.answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n" + lines(MOST) + "\r\n")) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 502");
            told("UPE", "upstream_reset_before_response_started{protocol_error|too_many_headers}", 502);
        }
    }

    @Test
    void an_interim_answer_with_more_is_502_upe() throws IOException {
        try (var origin = RecordingOrigin.answering(
                "HTTP/1.1 103 Early Hints\r\n" + lines(MOST + 1) + "\r\n" + RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 502");
            told("UPE", "upstream_reset_before_response_started{protocol_error|too_many_headers}", 502);
        }
    }

    @Test
    void an_answer_with_more_behind_its_body_breaks_off() throws IOException {
        try (var origin = RecordingOrigin.answering(
                        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + lines(MOST + 1)
                                + "\r\n");
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write("GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

            assertThat(client.readToEndOrReset()).doesNotContain("\r\n0\r\n");
            assertThat(proxy.entry().responseCodeDetails())
                    .isEqualTo("upstream_reset_after_response_started{connection_termination|too_many_trailers}");
            assertThat(proxy.log).hasSize(1);
        }
    }

    @Test
    void over_http_2_a_request_with_more_is_431_and_its_neighbour_goes_on() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.headers(
                    1,
                    true,
                    fields(MOST + 1, ":method", "GET", ":scheme", "http", ":authority", "reviews:9080", ":path", "/"));
            client.headers(
                    3,
                    true,
                    fields(MOST, ":method", "GET", ":scheme", "http", ":authority", "reviews:9080", ":path", "/"));

            assertThat(client.answer(1).status).isEqualTo("431");
            assertThat(client.answer(3).status).isEqualTo("200");
            assertThat(proxy.entry().responseCodeDetails()).isEqualTo("too_many_headers");
            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void over_http_2_more_behind_a_body_reset_the_stream_and_never_complete_the_request() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.post(1).data(1, false, "half").headers(1, true, fields(MOST + 1));

            assertThat(client.answer(1).reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
            told("DPE", "too_many_trailers", 0);
            assertThat(origin.received()).doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void over_http_2_an_answer_with_more_is_502_upe() throws IOException {
        try (var origin = new Http2Origin(call -> call.head(true, fields(MOST + 1, ":status", "200")))) {
            proxy.rules.endpoint(origin.address()).protocol("HTTP2");

            String answer = RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 502");
            told("UPE", "upstream_reset_before_response_started{protocol_error|too_many_headers}", 502);
        }
    }

    @Test
    void over_http_2_an_answer_with_more_behind_its_body_breaks_off() throws IOException {
        try (var origin = new Http2Origin(call ->
                        call.head(false, ":status", "200").data("ok", false).head(true, fields(MOST + 1)));
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address()).protocol("HTTP2");
            client.write("GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

            assertThat(client.readToEndOrReset()).doesNotContain("\r\n0\r\n");
            assertThat(proxy.entry().responseCodeDetails()).contains("too_many_trailers");
            assertThat(proxy.log).hasSize(1);
        }
    }
}
