package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.Fault;
import dev.meltemi.schemas.compiled.RetryPolicy;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What goes wrong on either side, at each stage.
class FaultsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
    private static final int MIB = 1 << 20;

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private static InetSocketAddress nobodyListens() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return (InetSocketAddress) socket.getLocalSocketAddress();
        }
    }

    @Test
    void a_refused_connection_is_tried_on_another_endpoint() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(nobodyListens()).endpoint(origin.address());

            for (int i = 0; i < 10; i++) {
                assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void a_refused_connection_everywhere_is_503_uf_urx() throws IOException {
        proxy.rules.endpoint(nobodyListens());

        String answer = RawClient.ask(proxy.outbound(), GET);

        assertThat(answer).startsWith("HTTP/1.1 503");
        assertThat(proxy.entry().responseFlags()).isEqualTo("UF,URX");
        assertThat(proxy.entry().attempts()).isEqualTo(3);
    }

    @Test
    void a_stale_pooled_connection_costs_an_idempotent_request_nothing() throws IOException {
        var visits = new AtomicInteger();
        try (var origin = new RecordingOrigin(visit -> {
                    if (visits.incrementAndGet() == 1) {
                        visit.readRequest();
                        visit.write(RecordingOrigin.OK);
                        visit.readRequest();
                        visit.reset();
                    } else {
                        visit.readRequest();
                        visit.write(RecordingOrigin.OK);
                    }
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write(GET);
            client.answer();

            client.write(GET);

            assertThat(client.answer()).startsWith("HTTP/1.1 200");
            assertThat(origin.visits()).hasSize(2);
        }
    }

    @Test
    void an_upstream_that_closes_without_an_answer_is_503_uc() throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readRequest)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(
                    proxy.outbound(), "POST / HTTP/1.1\r\nHost: reviews:9080\r\ncontent-length: 1\r\n\r\na");

            assertThat(answer).startsWith("HTTP/1.1 503");
            assertThat(proxy.entry().responseFlags()).isEqualTo("UC");
            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void a_truncated_answer_resets_the_caller() throws IOException {
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    visit.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write(GET);

            String seen = "";
            try {
                seen = client.readToEnd();
            } catch (IOException reset) {
                assertThat(reset).hasMessageContaining("reset");
            }

            assertThat(seen.length()).isLessThan(200);
            assertThat(proxy.entry().responseFlags()).isEqualTo("UC");
            assertThat(proxy.entry().responseCode()).isEqualTo(200);
        }
    }

    @Test
    void two_lengths_in_an_answer_are_502_upe() throws IOException {
        try (var origin = RecordingOrigin.answering(
                "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(proxy.outbound(), GET);

            assertThat(answer).startsWith("HTTP/1.1 502");
            assertThat(proxy.entry().responseFlags()).isEqualTo("UPE");
        }
    }

    @Test
    void an_answer_nobody_asked_for_never_meets_the_next_request() throws IOException {
        try (var origin = RecordingOrigin.answering(
                        RecordingOrigin.OK + "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil");
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            for (int i = 0; i < 5; i++) {
                client.write(GET);
                assertThat(client.answer()).endsWith("\r\n\r\nok");
            }

            assertThat(origin.visits()).hasSize(5);
        }
    }

    @Test
    void early_hints_come_before_the_answer_and_are_not_the_answer() throws IOException {
        try (var origin = RecordingOrigin.answering(
                        "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + RecordingOrigin.OK);
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write(GET);

            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 103").contains("link: </a>");
            assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("ok");
        }
    }

    @Test
    void an_expectation_is_passed_on_and_its_100_comes_back() throws IOException {
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    visit.write("HTTP/1.1 100 Continue\r\n\r\n");
                    visit.readUntil("hello");
                    visit.write(RecordingOrigin.OK);
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write("POST / HTTP/1.1\r\nHost: reviews:9080\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100");

            client.write("hello");

            assertThat(client.answer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void a_head_answer_has_no_body_whatever_its_length_says() throws IOException {
        try (var origin = RecordingOrigin.answering("HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n");
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            for (int i = 0; i < 3; i++) {
                client.write("HEAD / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
                assertThat(client.readUntil("\r\n\r\n")).contains("content-length: 1234");
            }

            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void a_caller_that_resets_while_it_waits_ends_the_upstream_connection() throws IOException {
        var asked = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
            visit.readRequest();
            asked.countDown();
            visit.readToEnd();
        })) {
            proxy.rules.endpoint(origin.address());
            try (var client = new RawClient(proxy.outbound())) {
                client.write(GET);
                Awaitility.await().until(() -> asked.getCount() == 0);

                client.reset();
            }

            Awaitility.await().until(() -> origin.visits().getFirst().over);
            assertThat(proxy.entry().responseFlags()).isEqualTo("DC");
            assertThat(proxy.entry().responseCode()).isZero();
        }
    }

    @Test
    void a_caller_that_leaves_in_its_body_resets_the_upstream() throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd)) {
            proxy.rules.endpoint(origin.address());
            try (var client = new RawClient(proxy.outbound())) {
                client.write("POST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 100\r\n\r\nhalf");
                Awaitility.await().until(() -> origin.received().endsWith("half"));
            }

            Awaitility.await().until(() -> origin.visits().getFirst().over);
            assertThat(origin.visits().getFirst().broken).as("reset").isTrue();
        }
    }

    @Test
    void a_half_closed_caller_still_gets_its_answer() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write(GET);
            client.socket.shutdownOutput();

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200").endsWith("ok");
        }
    }

    @Test
    void a_timeout_is_504_ut() throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd)) {
            proxy.rules.endpoint(origin.address()).route(route -> route.setTimeoutUs(100_000L));

            String answer = RawClient.ask(proxy.outbound(), GET);

            assertThat(answer).startsWith("HTTP/1.1 504").endsWith("upstream request timeout");
            assertThat(proxy.entry().responseFlags()).isEqualTo("UT");
            Awaitility.await().until(() -> origin.visits().getFirst().over);
        }
    }

    @Test
    void a_status_that_the_rule_retries_is_retried_with_the_body() throws IOException {
        var visits = new AtomicInteger();
        try (var origin = new RecordingOrigin(visit -> {
            boolean first = visits.incrementAndGet() == 1;
            visit.readRequest();
            visit.write(first ? "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n" : RecordingOrigin.OK);
        })) {
            proxy.rules
                    .endpoint(origin.address())
                    .route(route -> route.setRetries(RetryPolicy.newBuilder()
                            .setAttempts(2)
                            .setRetryOn(List.of("5xx"))
                            .build()));

            String answer = RawClient.ask(
                    proxy.outbound(), "POST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 5\r\n\r\nhello");

            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(origin.visits())
                    .hasSize(2)
                    .allMatch(visit -> visit.received().endsWith("\r\n\r\nhello"));
            assertThat(origin.visits().get(1).received()).contains("x-envoy-attempt-count: 2");
        }
    }

    @Test
    void an_ordered_abort_answers_without_an_upstream() throws IOException {
        proxy.rules.route(route -> route.setFault(
                Fault.newBuilder().setAbortPercent(100).setAbortHttpStatus(418).build()));

        String answer = RawClient.ask(proxy.outbound(), GET);

        assertThat(answer).startsWith("HTTP/1.1 418").endsWith("fault filter abort");
        assertThat(proxy.entry().responseFlags()).isEqualTo("FI");
        assertThat(proxy.entry().fault()).isEqualTo("abort");
    }

    @Test
    void an_ordered_delay_delays() throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules
                    .endpoint(origin.address())
                    .route(route -> route.setFault(Fault.newBuilder()
                            .setDelayPercent(100)
                            .setDelayUs(150_000)
                            .build()));

            assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 200");

            assertThat(proxy.entry().durationMicros()).isGreaterThanOrEqualTo(150_000);
            assertThat(proxy.entry().fault()).isEqualTo("delay");
            assertThat(proxy.entry().responseFlags()).isEqualTo("DI");
        }
    }

    @Test
    void a_body_that_began_before_there_was_a_connection_goes_on() throws IOException {
        var begun = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\nhel");
                    begun.countDown();
                    visit.readUntil("lo");
                    visit.write(RecordingOrigin.OK);
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write("POST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: 5\r\n\r\nhel");
            Awaitility.await().until(() -> begun.getCount() == 0);

            client.write("lo");

            assertThat(client.answer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void a_large_body_streams_both_ways() throws Exception {
        int size = 80 * MIB;
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    InputStream in = visit.socket.getInputStream();
                    byte[] piece = new byte[64 * 1024];
                    visit.write("HTTP/1.1 200 OK\r\ncontent-length: " + size + "\r\n\r\n");
                    for (long left = size; left > 0; ) {
                        int n = in.read(piece, 0, (int) Math.min(piece.length, left));
                        visit.socket.getOutputStream().write(piece, 0, n);
                        left -= n;
                    }
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            var sent = CompletableFuture.runAsync(() -> {
                try {
                    client.write("POST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: " + size + "\r\n\r\n");
                    byte[] piece = new byte[MIB];
                    for (int i = 0; i < size / MIB; i++) {
                        client.socket.getOutputStream().write(piece);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            client.readUntil("\r\n\r\n");
            client.socket.getInputStream().skipNBytes(size);

            sent.get();
            assertThat(proxy.entry().requestBytes()).isGreaterThan(size);
            assertThat(proxy.entry().responseBytes()).isGreaterThan(size);
        }
    }

    @Test
    void memory_stays_flat_while_a_body_streams_both_ways() throws Exception {
        int size = 64 * MIB;
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    visit.write("HTTP/1.1 200 OK\r\ncontent-length: " + size + "\r\n\r\n");
                    byte[] piece = new byte[64 * 1024];
                    for (int i = 0; i < size / piece.length; i++) {
                        visit.socket.getInputStream().readNBytes(piece, 0, piece.length);
                        visit.socket.getOutputStream().write(piece);
                    }
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            long before = liveMemory();
            client.write("POST / HTTP/1.1\r\nHost: reviews:9080\r\nContent-Length: " + size + "\r\n\r\n");
            var sent = CompletableFuture.runAsync(() -> {
                try {
                    byte[] piece = new byte[MIB];
                    for (int i = 0; i < size / MIB; i++) {
                        client.socket.getOutputStream().write(piece);
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            client.readUntil("\r\n\r\n");

            long most = 0;
            for (int i = 0; i < 4; i++) {
                client.socket.getInputStream().skipNBytes(size / 4);
                // The reader rests here, and everything before it fills up.
                most = Math.max(most, liveMemory());
            }

            sent.get();
            assertThat(most - before).as("octets more than before").isLessThan(16L * MIB);
        }
    }

    /// Octets in use on the heap, after a collection, and in Netty's buffers.
    private static long liveMemory() {
        System.gc();
        Runtime jvm = Runtime.getRuntime();
        long direct = ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
        return jvm.totalMemory() - jvm.freeMemory() + direct;
    }

    @Test
    void a_slow_reader_holds_back_the_upstream() throws Exception {
        var written = new AtomicLong();
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    visit.write("HTTP/1.1 200 OK\r\ncontent-length: " + 64L * MIB + "\r\n\r\n");
                    byte[] piece = new byte[64 * 1024];
                    for (int i = 0; i < 1024; i++) {
                        visit.socket.getOutputStream().write(piece);
                        written.addAndGet(piece.length);
                    }
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write(GET);
            client.readUntil("\r\n\r\n");

            Awaitility.await()
                    .during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(10))
                    .until(written::get, now -> now < 48L * MIB);

            client.socket.getInputStream().skipNBytes(64L * MIB);
            Awaitility.await().until(() -> written.get() == 64L * MIB);
        }
    }

    @Test
    void draining_finishes_what_is_under_way_and_ends_early() throws Exception {
        var asked = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    asked.countDown();
                    Awaitility.await().until(() -> go.getCount() == 0);
                    visit.write(RecordingOrigin.OK);
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write(GET);
            Awaitility.await().until(() -> asked.getCount() == 0);

            var drained = proxy.server.drain(Duration.ofSeconds(30)).toFuture();
            go.countDown();

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200").contains("connection: close");
            assertThat(drained).succeedsWithin(Duration.ofSeconds(5));
        }
    }

    @Test
    void a_slow_head_is_cut_off() throws IOException {
        var times = ProxySettings.Timeouts.DEFAULT;
        var impatient = new ProxySettings.Timeouts(
                Duration.ofMillis(150),
                times.downstreamIdle(),
                times.stream(),
                times.upstreamIdle(),
                times.halfClosed(),
                times.linger(),
                times.handshake(),
                times.connect());
        try (var strict = new ProxyUnderTest(ProxySettings.DEFAULT.with(impatient));
                var client = new RawClient(strict.outbound())) {
            client.write("GET / HTTP/1.1\r\nHost: rev");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 408");
            assertThat(strict.entry().responseCode()).isEqualTo(408);
        }
    }
}
