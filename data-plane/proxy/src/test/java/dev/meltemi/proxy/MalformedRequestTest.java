package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Messages as lines of data: what each is answered with, and that no ambiguous octet goes on, to an origin that
/// keeps everything.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedRequestTest {
    private static final String PROBE = "GET /probe HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close\r\n\r\n";

    private final ProxyUnderTest proxy = new ProxyUnderTest();
    private final RecordingOrigin origin = RecordingOrigin.answering(RecordingOrigin.OK);
    private final InetSocketAddress inbound = proxy.inbound(origin.address());
    private final InetSocketAddress gateway = proxy.gateway();

    private final IdentityHashMap<RecordingOrigin.Visit, Integer> before = new IdentityHashMap<>();

    static Stream<String> malformedRequests() {
        return Corpus.lines("malformed-requests.txt");
    }

    static Stream<String> forwardedRequests() {
        return Corpus.lines("forwarded-requests.txt");
    }

    static Stream<String> brokenBodies() {
        return Corpus.lines("broken-bodies.txt");
    }

    @BeforeAll
    void route() {
        proxy.rules.endpoint(origin.address());
    }

    @BeforeEach
    void forget() {
        proxy.log.clear();
        before.clear();
        origin.visits().forEach(visit -> before.put(visit, visit.received().length()));
    }

    /// In this test, also on connections of the ones before.
    private String arrived() {
        var all = new StringBuilder();
        for (RecordingOrigin.Visit visit : origin.visits()) {
            all.append(visit.received().substring(before.getOrDefault(visit, 0)));
        }
        return all.toString();
    }

    @AfterAll
    void stop() throws IOException {
        proxy.close();
        origin.close();
    }

    @ParameterizedTest
    @MethodSource("malformedRequests")
    void a_malformed_request_is_refused_and_never_forwarded(String line) throws IOException {
        List<String> messages = Corpus.messages(line.substring(4));
        for (String message : messages) {
            refuses(proxy.outbound(), message, line);
        }
        refuses(inbound, messages.getFirst(), line);
        refuses(gateway, messages.getLast(), line);

        assertThat(arrived()).isEmpty();
        int status = Integer.parseInt(line.substring(0, 3));
        soon().until(() -> proxy.log.size() == messages.size() + 2);
        assertThat(proxy.log).allSatisfy(entry -> {
            assertThat(entry.responseFlags()).isEqualTo("DPE");
            assertThat(entry.responseCode()).isEqualTo(status);
        });
    }

    @ParameterizedTest
    @MethodSource("malformedRequests")
    void nothing_behind_a_malformed_request_is_read(String line) throws IOException {
        for (String message : ends(Corpus.messages(line.substring(4)))) {
            refuses(proxy.outbound(), message + PROBE, line);
        }

        assertThat(arrived()).isEmpty();
    }

    private static List<String> ends(List<String> messages) {
        return messages.size() == 1 ? messages : List.of(messages.getFirst(), messages.getLast());
    }

    private static void refuses(InetSocketAddress listener, String message, String line) throws IOException {
        try (var client = new RawClient(listener)) {
            client.write(message);
            client.socket.shutdownOutput();

            String answer = client.readToEnd();

            assertThat(answer)
                    .as(Corpus.shown(message))
                    .startsWith("HTTP/1.1 " + line.substring(0, 3) + " ")
                    .contains("\r\nconnection: close\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(answer.split("HTTP/1.1 ", -1))
                    .as("answers to " + Corpus.shown(message))
                    .hasSize(2);
        }
    }

    @ParameterizedTest
    @MethodSource("forwardedRequests")
    void what_is_unusual_but_has_one_meaning_goes_on_as_that(String line) throws IOException {
        String message =
                Corpus.messages(line.substring(0, line.indexOf(" ==> "))).getFirst();
        String expected =
                Corpus.messages(line.substring(line.indexOf(" ==> ") + 5)).getFirst();

        String answer = RawClient.ask(proxy.outbound(), message);

        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nok");
        assertThat(said(arrived())).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("forwardedRequests")
    void what_is_behind_it_is_the_next_request(String line) throws IOException {
        String message =
                Corpus.messages(line.substring(0, line.indexOf(" ==> "))).getFirst();
        boolean ends = message.contains("HTTP/1.0\r\n") && !message.contains("keep-alive");

        try (var client = new RawClient(proxy.outbound())) {
            client.write(message + PROBE);

            assertThat(client.readToEnd().split("HTTP/1.1 200 OK", -1)).hasSize(ends ? 2 : 3);
        }

        assertThat(arrived().contains("GET /probe HTTP/1.1\r\n")).isEqualTo(!ends);
    }

    @ParameterizedTest
    @MethodSource("forwardedRequests")
    void where_the_network_cuts_a_message_makes_no_difference(String line) throws IOException {
        String message =
                Corpus.messages(line.substring(0, line.indexOf(" ==> "))).getFirst();
        String expected =
                Corpus.messages(line.substring(line.indexOf(" ==> ") + 5)).getFirst();

        try (var client = new RawClient(proxy.outbound())) {
            client.socket.setTcpNoDelay(true);
            for (int i = 0; i < message.length(); i++) {
                client.write(message.substring(i, i + 1));
            }

            assertThat(client.answer()).startsWith("HTTP/1.1 200 OK\r\n");
        }

        assertThat(unchunked(said(arrived()))).isEqualTo(unchunked(expected));
    }

    /// Without what the proxy adds.
    private static String said(String received) {
        return received.replaceAll("(?i)(x-request-id|traceparent|x-envoy-attempt-count): [^\r]*\r\n", "");
    }

    /// Chunks may be cut anew.
    private static String unchunked(String message) {
        int body = message.indexOf("\r\n\r\n") + 4;
        return message.contains("transfer-encoding")
                ? message.substring(0, body) + message.substring(body).replaceAll("[0-9a-f]+\r\n([^\r]*)\r\n", "$1")
                : message;
    }

    @ParameterizedTest
    @MethodSource("brokenBodies")
    void a_broken_body_is_never_completed_upstream(String line) throws IOException {
        List<String> messages = Corpus.messages(line);
        for (String message : messages) {
            try (var client = new RawClient(proxy.outbound())) {
                client.write("POST / HTTP/1.1\r\nHost: reviews:9080\r\nTransfer-Encoding: chunked\r\n\r\n");
                client.write(message + PROBE.substring(0, message.length() % 2 == 0 ? 0 : PROBE.length()));
                client.socket.shutdownOutput();

                String answer = client.readToEnd();

                assertThat(answer).as(Corpus.shown(message)).startsWith("HTTP/1.1 400 ");
                assertThat(answer.split("HTTP/1.1 ", -1))
                        .as("answers to " + Corpus.shown(message))
                        .hasSize(2);
            }
        }
        soon().until(() -> origin.visits().stream()
                .filter(visit -> !before.containsKey(visit))
                .allMatch(visit -> visit.over));
        assertThat(arrived()).doesNotContain("0\r\n\r\n").doesNotContain("/probe");
        soon().until(() -> proxy.log.size() == messages.size());
        assertThat(proxy.log)
                .allSatisfy(entry -> assertThat(entry.responseFlags()).startsWith("DPE"));
    }

    /// Thousands of messages don't wait for a tenth of a second each.
    private static ConditionFactory soon() {
        return Awaitility.with()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .await();
    }
}
