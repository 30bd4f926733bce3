package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever doesn't speak HTTP at a port that is declared to hears so at once, in HTTP, as from Envoy.
class FirstOctetsTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EHLO mail.example.org\r\n",
                "SSH-2.0-OpenSSH_9.6\r\n",
                "USER anonymous\n",
                "*1\r\n$4\r\nPING\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
                "\u0000\u0000\u0000\u0017ABCDEFGH",
                "{\"jsonrpc\": 2}",
                "\u00ff\u00fe"
            })
    void it_is_400_without_waiting_for_more(String said) throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.socket.setSoTimeout((int) Duration.ofSeconds(5).toMillis());

            client.write(said);

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400").contains("connection: close");
            assertThat(proxy.entry().responseCode()).isEqualTo(400);
            assertThat(proxy.entry().responseFlags()).isEqualTo("DPE");
            assertThat(proxy.log).hasSize(1);
            assertThat(origin.visits()).isEmpty();
        }
    }

    @Test
    void what_may_have_been_meant_as_a_preface_of_http_2_ends_the_connection() throws IOException {
        try (var client = new RawClient(proxy.outbound())) {
            client.write("PRY * HTTQ/2.0\r\n\r\nSM\r\n\r\n");

            assertThat(client.readToEndOrReset()).isEmpty();
            assertThat(proxy.entry().responseFlags()).isEqualTo("DPE");
            assertThat(proxy.entry().responseCodeDetails()).isEqualTo("the_preface_is_not_HTTP/2's");
            assertThat(proxy.log).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EHLO mail.example.org\r\n", "\u0016\u0003\u0001"})
    void what_follows_a_request_too(String said) throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write("GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
            assertThat(client.answer()).startsWith("HTTP/1.1 200");

            client.write(said);

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400");
            assertThat(proxy.log).extracting(entry -> entry.responseCode()).containsExactly(200, 400);
        }
    }
}
