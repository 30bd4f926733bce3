package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Answers as lines of data: an application, too, can be broken or hostile.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedAnswerTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();
    private final AtomicReference<String> says = new AtomicReference<>("");
    private final RecordingOrigin origin = new RecordingOrigin(visit -> {
        visit.readRequest();
        visit.write(says.get());
        visit.socket.shutdownOutput();
        visit.readToEnd();
    });

    static Stream<String> answers() {
        return Corpus.lines("answers.txt");
    }

    @BeforeAll
    void route() {
        proxy.rules.endpoint(origin.address());
    }

    @AfterAll
    void stop() throws IOException {
        proxy.close();
        origin.close();
    }

    @ParameterizedTest
    @MethodSource("answers")
    void an_answer_is_passed_on_whole_or_refused_or_visibly_cut_off(String line) throws IOException {
        String expected = line.substring(0, 3);
        for (String answer : Corpus.messages(line.substring(4))) {
            says.set(answer);
            proxy.log.clear();

            String got = ask();

            soon().until(() -> !proxy.log.isEmpty());
            String flags = proxy.entry().responseFlags();
            switch (expected) {
                case "502" -> {
                    assertThat(got).as(Corpus.shown(answer)).startsWith("HTTP/1.1 502 Bad Gateway\r\n");
                    assertThat(got).endsWith("the upstream's answer broke the protocol");
                    assertThat(flags).startsWith("UPE");
                }
                case "cut" -> {
                    assertThat(got).as(Corpus.shown(answer)).endsWith("(reset)").doesNotContain("0\r\n\r\n");
                    assertThat(flags).isEqualTo("UC");
                    assertThat(proxy.entry().responseCodeDetails()).startsWith("upstream_reset_after_response_started");
                }
                default -> {
                    assertThat(got).as(Corpus.shown(answer)).containsPattern("(^|\n)HTTP/1\\.1 " + expected + " ");
                    assertThat(got).doesNotContain("stray", "x-internal", "(reset)");
                    assertThat(got.contains("ok")).isEqualTo(expected.equals("200"));
                    assertThat(flags).isEqualTo("-");
                }
            }
        }
    }

    private String ask() throws IOException {
        var got = new StringBuilder();
        try (var client = new RawClient(proxy.outbound())) {
            client.write("GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: close\r\n\r\n");
            for (int octet = client.socket.getInputStream().read();
                    octet >= 0;
                    octet = client.socket.getInputStream().read()) {
                got.append((char) octet);
            }
        } catch (SocketException reset) {
            got.append("(reset)");
        }
        return got.toString();
    }

    /// Thousands of messages don't wait for a tenth of a second each.
    private static ConditionFactory soon() {
        return Awaitility.with()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .await();
    }
}
