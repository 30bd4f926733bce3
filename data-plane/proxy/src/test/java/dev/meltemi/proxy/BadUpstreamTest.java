package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Applications that break off, answer too early or say too much, each with what the access event says of it.
class BadUpstreamTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
    private static final String HALF = "POST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 1000000\r\n\r\nhalf";

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private void ends(String flags, String details, int status) {
        assertThat(proxy.entry().responseFlags()).isEqualTo(flags);
        assertThat(proxy.entry().responseCodeDetails()).startsWith(details);
        assertThat(proxy.entry().responseCode()).isEqualTo(status);
    }

    private RecordingOrigin origin(RecordingOrigin.Script script) {
        var origin = new RecordingOrigin(script);
        proxy.rules.endpoint(origin.address());
        return origin;
    }

    @Test
    void a_reset_before_the_head_is_503_uc() throws IOException {
        try (var origin = origin(visit -> {
            visit.readRequest();
            visit.reset();
        })) {
            assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 503");

            ends("UC", "upstream_reset_before_response_started{connection_termination", 503);
            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void a_reset_within_the_head_is_503_uc() throws IOException {
        try (var origin = origin(visit -> {
            visit.readRequest();
            visit.write("HTTP/1.1 200 OK\r\ncontent-le");
            visit.reset();
        })) {
            assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 503");

            ends("UC", "upstream_reset_before_response_started", 503);
            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void an_end_within_the_head_is_503_uc() throws IOException {
        try (var origin = origin(visit -> {
            visit.readRequest();
            visit.write("HTTP/1.1 200 OK\r\ncontent-le");
        })) {
            assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 503");

            ends("UC", "upstream_reset_before_response_started", 503);
            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void an_answer_before_the_request_s_end_is_the_answer_and_ends_the_connection() throws IOException {
        var stop = new CountDownLatch(1);
        try (var origin = origin(visit -> {
                    visit.readUntil("half");
                    visit.write("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno");
                    Awaitility.await().until(() -> stop.getCount() == 0);
                });
                var client = new RawClient(proxy.outbound())) {
            client.write(HALF);

            String answer = client.readToEndOrReset();

            assertThat(answer).startsWith("HTTP/1.1 413").endsWith("no");
            ends("-", "via_upstream", 413);
            assertThat(origin.visits()).hasSize(1);
            stop.countDown();
        }
    }

    @Test
    void endless_headers_are_502_and_not_kept() throws IOException {
        var written = new AtomicInteger();
        try (var origin = origin(visit -> {
            visit.readRequest();
            visit.write("HTTP/1.1 200 OK\r\n");
            String line = "x-more: " + "y".repeat(8000) + "\r\n";
            for (int i = 0; i < 12_500; i++) {
                visit.write(line);
                written.addAndGet(line.length());
            }
        })) {
            assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 502");

            ends("UPE", "upstream_reset_before_response_started{protocol_error", 502);
            Awaitility.await().until(() -> origin.visits().getFirst().over);
            assertThat(written.get()).isLessThan(50 * 1024 * 1024);
        }
    }

    @Test
    void many_interim_answers_come_before_the_answer() throws IOException {
        try (var origin = origin(visit -> {
                    visit.readRequest();
                    for (int i = 0; i < 100; i++) {
                        visit.write("HTTP/1.1 103 Early Hints\r\nlink: </" + i + ">\r\n\r\n");
                    }
                    visit.write(RecordingOrigin.OK);
                });
                var client = new RawClient(proxy.outbound())) {
            client.write(GET);

            for (int i = 0; i < 100; i++) {
                assertThat(client.readUntil("\r\n\r\n"))
                        .startsWith("HTTP/1.1 103")
                        .contains("</" + i + ">");
            }
            assertThat(client.answer()).startsWith("HTTP/1.1 200");
            ends("-", "via_upstream", 200);
            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void a_half_closed_endpoint_s_answer_counts() throws IOException {
        try (var origin = origin(visit -> {
            visit.readRequest();
            visit.write(RecordingOrigin.OK);
            visit.socket.shutdownOutput();
            visit.readToEnd();
        })) {
            assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 200");

            ends("-", "via_upstream", 200);
            Awaitility.await().until(() -> origin.visits().getFirst().over);
        }
    }

    @Test
    void a_caller_that_leaves_within_the_answer_ends_the_upstream() throws IOException {
        try (var origin = origin(visit -> {
            visit.readRequest();
            visit.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf");
            visit.readToEnd();
        })) {
            try (var client = new RawClient(proxy.outbound())) {
                client.write(GET);
                client.readUntil("half");

                client.reset();
            }

            ends("DC", "downstream_remote_disconnect", 200);
            Awaitility.await().until(() -> origin.visits().getFirst().over);
        }
    }
}
