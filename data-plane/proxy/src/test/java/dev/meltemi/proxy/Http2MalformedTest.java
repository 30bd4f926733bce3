package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests over HTTP/2 that have more than one meaning, or none: no octet of them reaches an application.
class Http2MalformedTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    /// `name=value`, with a blank between two.
    private static String[] fields(String text) {
        var all = new ArrayList<String>();
        for (String field : text.split(" ", -1)) {
            int at = field.indexOf('=', 1);
            all.add(field.substring(0, at).translateEscapes());
            all.add(field.substring(at + 1).translateEscapes());
        }
        return all.toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":scheme=http :authority=reviews:9080 :path=/",
                ":method=GET :authority=reviews:9080 :path=/",
                ":method=GET :scheme=http :authority=reviews:9080",
                ":method=GET :scheme=http :authority=reviews:9080 :path=",
                ":method=GET :method=POST :scheme=http :authority=reviews:9080 :path=/",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ :path=/b",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ :status=200",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ :protocol=websocket",
                ":method=GET :scheme=http :authority=reviews:9080 x=y :path=/",
                ":method=G\\040T :scheme=http :authority=reviews:9080 :path=/",
                ":method= :scheme=http :authority=reviews:9080 :path=/",
                ":method=CONNECT :scheme=http :authority=reviews:9080 :path=/",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ X-Upper=a",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ connection=close",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ transfer-encoding=chunked",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ upgrade=h2c",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ te=gzip",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ a=b\\r\\nc:d",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ a=b\\0c",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/\\r\\nx:y",
                ":method=GET :scheme=http :authority=a\\nx:y :path=/",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ a\\r\\nb=c",
                ":method=GET :scheme=http :authority=reviews:9080 :path=/ a:b=c",
                ":method=POST :scheme=http :authority=reviews:9080 :path=/ content-length=3",
            })
    void a_malformed_head_resets_its_stream_and_is_never_forwarded(String head) throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer =
                    client.headers(1, true, fields(head)).get(3, "/after").answer(1);

            assertThat(answer.reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
            assertThat(client.answer(3).status).isEqualTo("200");
            assertThat(origin.received()).startsWith("GET /after HTTP/1.1\r\n");
            assertThat(proxy.log).anyMatch(entry -> entry.responseFlags().equals("DPE"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "501 :method=CONNECT :authority=a:80",
                "400 :method=GET :scheme=http :authority=reviews:9080 :path=/ host=b",
                "400 :method=GET :scheme=http :authority=reviews:9080 :path=/ host=reviews:9080 host=b",
                "400 :method=GET :scheme=ftp :authority=reviews:9080 :path=/",
                "400 :method=GET :scheme=http :authority=reviews:9080 :path=b",
                "400 :method=GET :scheme=http :authority=reviews:9080 :path=*",
                "400 :method=GET :scheme=http :authority=reviews:9080 :path=http://b/",
                "400 :method=GET :scheme=http :authority=reviews:9080 :path=/#b",
                "400 :method=GET :scheme=http :authority=user@reviews :path=/",
                "400 :method=GET :scheme=http :authority=a,b :path=/",
                "400 :method=GET :scheme=http :path=/",
                "400 :method=GET :scheme=http :authority=reviews:9080 :path=/ content-length=0 content-length=0",
                "417 :method=GET :scheme=http :authority=reviews:9080 :path=/ expect=tea",
            })
    void what_is_well_formed_and_still_not_served_gets_an_answer(String expected) throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer =
                    client.headers(1, true, fields(expected.substring(4))).answer(1);

            assertThat(answer.status).isEqualTo(expected.substring(0, 3));
            assertThat(origin.visits()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "abcd"})
    void a_body_of_another_length_than_told_is_never_completed(String body) throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer =
                    client.post(1, "content-length", "3").data(1, true, body).answer(1);

            assertThat(answer.reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
            assertThat(proxy.entry().responseCodeDetails()).isEqualTo("content_length_mismatch");
            assertThat(origin.received()).doesNotContain("abc");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {":path=/", "X-Upper=a", "a=b\\nc", "connection=close"})
    void malformed_trailers_never_complete_a_request(String trailers) throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.post(1)
                    .data(1, false, "abc")
                    .headers(1, true, fields(trailers))
                    .answer(1);

            assertThat(answer.reset).isEqualTo(FrameClient.PROTOCOL_ERROR);
            assertThat(origin.received()).doesNotContain("\r\n0\r\n");
        }
    }

    @Test
    void host_alone_names_the_authority() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            client.headers(1, true, fields(":method=GET :scheme=http :path=/ host=reviews:9080"))
                    .answer(1);

            assertThat(origin.received()).contains("\r\nhost: reviews:9080\r\n");
        }
    }

    @Test
    void a_gateway_refuses_names_with_underscores() throws IOException {
        try (var client = new FrameClient(proxy.gateway())) {

            FrameClient.Answer answer = client.headers(
                            1,
                            true,
                            fields(":method=GET :scheme=http :authority=reviews:9080 :path=/ x_forwarded_for=a"))
                    .answer(1);

            assertThat(answer.status).isEqualTo("400");
            assertThat(List.of(proxy.entry().responseCodeDetails())).containsExactly("underscore_in_header_name");
        }
    }
}
