package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Messages as lines of data: what each is answered with, and that no ambiguous octet goes on.
class MalformedRequestTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();
    private final RecordingOrigin origin = new RecordingOrigin(visit -> {
        while (visit.readRequest()) {
            visit.write(RecordingOrigin.OK);
        }
    });

    static Stream<String> malformedRequests() throws IOException {
        return lines("malformed-requests.txt");
    }

    static Stream<String> brokenBodies() throws IOException {
        return lines("broken-bodies.txt");
    }

    private static Stream<String> lines(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(MalformedRequestTest.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("# "));
        }
    }

    @BeforeEach
    void route() {
        proxy.rules.endpoint(origin.address());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        origin.close();
    }

    @ParameterizedTest
    @MethodSource("malformedRequests")
    void a_malformed_request_is_refused_outbound_and_never_forwarded(String line) throws IOException {
        refuses(proxy.outbound(), line);
    }

    @ParameterizedTest
    @MethodSource("malformedRequests")
    void a_malformed_request_is_refused_inbound_and_never_forwarded(String line) throws IOException {
        refuses(proxy.inbound(origin.address()), line);
    }

    private void refuses(InetSocketAddress listener, String line) throws IOException {
        try (var client = new RawClient(listener)) {
            client.write(unescaped(line.substring(4)));
            client.socket.shutdownOutput();

            String answer = client.readToEnd();

            assertThat(answer).startsWith("HTTP/1.1 " + line.substring(0, 3)).contains("connection: close");
            assertThat(answer.split("HTTP/1.1 ", -1)).as("answers").hasSize(2);
        }
        assertThat(origin.visits()).isEmpty();
        assertThat(proxy.entry().responseFlags()).isEqualTo("DPE");
        assertThat(proxy.entry().responseCode()).isEqualTo(Integer.parseInt(line.substring(0, 3)));
    }

    @ParameterizedTest
    @MethodSource("brokenBodies")
    void a_broken_body_is_never_completed_upstream(String line) throws IOException {
        try (var client = new RawClient(proxy.outbound())) {
            client.write("POST / HTTP/1.1\r\nHost: reviews:9080\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.write(unescaped(line));
            client.socket.shutdownOutput();

            String answer = client.readToEnd();

            assertThat(answer).startsWith("HTTP/1.1 400");
        }
        Awaitility.await().until(() -> origin.visits().stream().allMatch(visit -> visit.over));
        assertThat(origin.received()).doesNotContain("0\r\n\r\n");
        assertThat(proxy.entry().responseFlags()).startsWith("DPE");
    }

    private static String unescaped(String line) {
        var text = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c != '\\') {
                text.append(c);
                continue;
            }
            char kind = line.charAt(++i);
            switch (kind) {
                case 'r' -> text.append('\r');
                case 'n' -> text.append('\n');
                case 't' -> text.append('\t');
                case 'x' -> {
                    text.append((char) Integer.parseInt(line, i + 1, i + 3, 16));
                    i += 2;
                }
                case '*' -> {
                    int end = line.indexOf('}', i);
                    String times = line.substring(line.indexOf('{', i) + 1, end);
                    i = end + 1;
                    text.append(String.valueOf(line.charAt(i)).repeat(Integer.parseInt(times)));
                }
                default -> throw new IllegalArgumentException("unknown escape in " + line);
            }
        }
        return text.toString();
    }
}
