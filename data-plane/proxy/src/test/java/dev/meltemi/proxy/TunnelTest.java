package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meltemi.schemas.access.AccessEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A connection that leaves HTTP: when it does, when it doesn't, and how it ends.
class TunnelTest {
    private static final String HANDSHAKE = WebSocketTest.HANDSHAKE;
    private static final String AGREED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Accept:"
                    + " x\r\n\r\n";
    private static final String PLAIN = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
    private static final int MIB = 1024 * 1024;

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    /// Agrees, and goes on as the script says.
    private RecordingOrigin agreeing(RecordingOrigin.Script script) {
        var origin = new RecordingOrigin(visit -> {
            visit.readUntil("\r\n\r\n");
            visit.write(AGREED);
            script.serve(visit);
        });
        proxy.rules.endpoint(origin.address());
        return origin;
    }

    private static void echo(RecordingOrigin.Visit visit) throws IOException {
        InputStream in = visit.socket.getInputStream();
        byte[] piece = new byte[64 * 1024];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            visit.socket.getOutputStream().write(piece, 0, n);
        }
    }

    private RawClient open() throws IOException {
        var client = new RawClient(proxy.outbound());
        client.write(HANDSHAKE);
        assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
        return client;
    }

    private String ping(RawClient client, String text) throws IOException {
        client.write(text);
        return client.read(text.length());
    }

    @Test
    void both_heads_say_upgrade_and_the_rest_of_the_handshake_is_untouched() throws IOException {
        try (var origin = agreeing(TunnelTest::echo);
                var client = new RawClient(proxy.outbound())) {
            client.write(HANDSHAKE);

            assertThat(client.readUntil("\r\n\r\n").toLowerCase(Locale.ROOT))
                    .contains("\r\nconnection: upgrade\r\n", "\r\nupgrade: websocket\r\n")
                    .contains("\r\nsec-websocket-accept: x\r\n")
                    .doesNotContain("content-length", "transfer-encoding");
            assertThat(origin.received())
                    .contains("\r\nconnection: upgrade\r\n", "\r\nupgrade: websocket\r\n")
                    .contains("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "Sec-WebSocket-Version: 13\r\n");
        }
    }

    @Test
    void one_access_entry_tells_of_it_at_its_end_with_the_octets_of_both_ways() throws IOException {
        try (var origin = agreeing(TunnelTest::echo)) {
            try (var client = open()) {
                assertThat(ping(client, "x".repeat(1000))).hasSize(1000);
                assertThat(proxy.log).isEmpty();
            }

            AccessEntry entry = proxy.entry();
            assertThat(entry.responseCode()).isEqualTo(101);
            assertThat(entry.responseFlags()).isEqualTo("-");
            assertThat(entry.responseCodeDetails()).isEqualTo("via_upstream");
            assertThat(entry.requestBytes()).isEqualTo(HANDSHAKE.length() + 1000);
            assertThat(entry.responseBytes()).isBetween(1100L, 1300L);
            Awaitility.await().until(() -> origin.visits().getFirst().over);
        }
    }

    @Test
    void octets_that_come_before_the_101_wait_for_it() throws IOException {
        var go = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    Awaitility.await().until(() -> go.getCount() == 0);
                    visit.write(AGREED + "first");
                    echo(visit);
                });
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.write(HANDSHAKE + "GET /early HTTP/1.1\r\n\r\n");
            Awaitility.await().until(() -> !origin.received().isEmpty());
            client.write("more");

            go.countDown();

            assertThat(client.readUntil("more")).endsWith("\r\n\r\nfirstGET /early HTTP/1.1\r\n\r\nmore");
        }
    }

    @Test
    void an_endpoint_that_answers_otherwise_keeps_the_connection_in_http() throws IOException {
        try (var origin = RecordingOrigin.answering("HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n");
                var client = new RawClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            client.write(HANDSHAKE + PLAIN);

            assertThat(client.answer()).startsWith("HTTP/1.1 426 Upgrade Required\r\n");
            assertThat(client.answer()).startsWith("HTTP/1.1 426 Upgrade Required\r\n");
            client.write(PLAIN);
            assertThat(client.answer()).startsWith("HTTP/1.1 426 Upgrade Required\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: upgrade\r\nUpgrade: TLS/1.2\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: upgrade\r\nUpgrade: websocket, h2c\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: reviews:9080\r\nUpgrade: websocket\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: reviews:9080\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: reviews:9080\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
                        + "Content-Length: 2\r\n\r\nab"
            })
    void another_wish_is_dropped_and_its_request_goes_on_plainly(String request) throws IOException {
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK)) {
            proxy.rules.endpoint(origin.address());

            String answer = RawClient.ask(proxy.outbound(), request);

            assertThat(answer).startsWith("HTTP/1.1 200");
            assertThat(origin.received().toLowerCase(Locale.ROOT)).doesNotContain("upgrade");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
            })
    void a_101_to_something_else_is_an_error(String answer) throws IOException {
        try (var origin = RecordingOrigin.answering(answer)) {
            proxy.rules.endpoint(origin.address());

            assertThat(RawClient.ask(proxy.outbound(), HANDSHAKE)).startsWith("HTTP/1.1 502");

            assertThat(proxy.entry().responseFlags()).startsWith("UPE");
            assertThat(proxy.entry().responseCodeDetails()).contains("unrequested_upgrade");
        }
    }

    @Test
    void a_101_that_nobody_asked_for_is_an_error() throws IOException {
        try (var origin = RecordingOrigin.answering(AGREED)) {
            proxy.rules.endpoint(origin.address());

            assertThat(RawClient.ask(proxy.outbound(), PLAIN)).startsWith("HTTP/1.1 502");

            assertThat(proxy.entry().responseCodeDetails()).contains("unrequested_upgrade");
        }
    }

    @Test
    void a_caller_that_has_said_everything_still_hears_the_endpoint() throws IOException {
        try (var origin = agreeing(visit -> {
                    visit.readToEnd();
                    visit.write("after your end");
                });
                var client = open()) {
            client.write("bye");
            client.socket.shutdownOutput();

            assertThat(client.readToEnd()).isEqualTo("after your end");

            assertThat(origin.received()).endsWith("bye");
            assertThat(proxy.entry().responseFlags()).isEqualTo("-");
        }
    }

    @Test
    void an_endpoint_that_has_said_everything_still_hears_the_caller() throws IOException {
        try (var origin = agreeing(visit -> {
                    visit.write("bye");
                    visit.socket.shutdownOutput();
                    visit.readToEnd();
                });
                var client = open()) {
            assertThat(client.readToEnd()).isEqualTo("bye");

            client.write("after your end");
            client.socket.shutdownOutput();

            Awaitility.await().until(() -> origin.visits().getFirst().over);
            assertThat(origin.received()).endsWith("after your end");
            assertThat(proxy.entry().responseFlags()).isEqualTo("-");
        }
    }

    @Test
    void a_caller_that_resets_resets_the_endpoint() throws IOException {
        try (var origin = agreeing(RecordingOrigin.Visit::readToEnd)) {
            try (var client = open()) {
                client.reset();
            }

            Awaitility.await().until(() -> origin.visits().getFirst().over);
            assertThat(origin.visits().getFirst().broken).as("reset").isTrue();
            assertThat(proxy.entry().responseFlags()).isEqualTo("DC");
        }
    }

    @Test
    void an_endpoint_that_resets_resets_the_caller() throws IOException {
        try (var origin = agreeing(visit -> {
                    visit.read();
                    visit.reset();
                });
                var client = open()) {
            client.write("x");

            assertThat(client.readToEndOrReset()).isEmpty();

            assertThat(proxy.entry().responseFlags()).isEqualTo("UC");
            assertThat(proxy.entry().responseCode()).isEqualTo(101);
            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void no_time_out_ends_it() throws IOException {
        var times = ProxySettings.Timeouts.DEFAULT;
        var impatient = new ProxySettings.Timeouts(
                times.head(),
                Duration.ofMillis(100),
                Duration.ofMillis(100),
                Duration.ofMillis(100),
                times.halfClosed(),
                times.linger(),
                times.handshake(),
                times.connect());
        try (var strict = new ProxyUnderTest(ProxySettings.DEFAULT.with(impatient));
                var origin = RecordingOrigin.answering(AGREED);
                var client = new RawClient(strict.outbound())) {
            strict.rules.endpoint(origin.address()).route(route -> route.setTimeoutUs(100_000L));
            client.write(HANDSHAKE);
            client.readUntil("\r\n\r\n");
            client.socket.setSoTimeout(500);

            assertThatThrownBy(() -> client.socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);

            assertThat(strict.log).isEmpty();
        }
    }

    @Test
    void half_of_it_is_cut_off_when_it_is_silent() throws IOException {
        var times = ProxySettings.Timeouts.DEFAULT;
        var impatient = new ProxySettings.Timeouts(
                times.head(),
                times.downstreamIdle(),
                Duration.ofMillis(100),
                times.upstreamIdle(),
                times.halfClosed(),
                times.linger(),
                times.handshake(),
                times.connect());
        var stop = new CountDownLatch(1);
        try (var strict = new ProxyUnderTest(ProxySettings.DEFAULT.with(impatient));
                var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    visit.write(AGREED);
                    Awaitility.await().until(() -> stop.getCount() == 0);
                });
                var client = new RawClient(strict.outbound())) {
            strict.rules.endpoint(origin.address());
            client.write(HANDSHAKE);
            client.readUntil("\r\n\r\n");

            client.socket.shutdownOutput();

            assertThat(client.readToEndOrReset()).isEmpty();
            assertThat(strict.entry().responseFlags()).isEqualTo("SI");
            stop.countDown();
        }
    }

    @Test
    void new_rules_do_not_touch_it() throws IOException {
        try (var origin = agreeing(TunnelTest::echo);
                var client = open()) {
            assertThat(ping(client, "before")).isEqualTo("before");

            proxy.rules.route(route -> route.setTimeoutUs(1L));

            assertThat(ping(client, "after")).isEqualTo("after");
            assertThat(origin.visits()).hasSize(1);
        }
    }

    @Test
    void new_certificates_do_not_touch_it() throws IOException {
        var authority = new MeshAuthority();
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    visit.write(AGREED);
                    echo(visit);
                });
                var callee = new ProxyUnderTest().as(authority.member("reviews"))) {
            proxy.as(authority.member("productpage"));
            proxy.rules.meshEndpoint("reviews", callee.inbound(origin.address()));
            try (var client = open()) {
                assertThat(ping(client, "before")).isEqualTo("before");

                proxy.as(authority.member("productpage"));
                callee.as(authority.member("reviews"));
                RawClient.ask(proxy.outbound(), HANDSHAKE);

                assertThat(ping(client, "after")).isEqualTo("after");
            }
        }
    }

    @Test
    void a_drain_lets_it_go_on_and_cuts_it_off_at_the_end() throws IOException {
        try (var origin = agreeing(TunnelTest::echo);
                var client = open()) {
            var drained = proxy.server.drain(Duration.ofSeconds(1)).toFuture();
            assertThat(ping(client, "while it drains")).isEqualTo("while it drains");

            String rest = client.readToEndOrReset();

            assertThat(rest).isEmpty();
            assertThat(drained).succeedsWithin(Duration.ofSeconds(5));
            Awaitility.await().until(() -> origin.visits().getFirst().over);
        }
    }

    @Test
    void a_mirror_hears_nothing_of_it() throws IOException {
        try (var shadow = RecordingOrigin.answering(RecordingOrigin.OK);
                var origin = agreeing(TunnelTest::echo)) {
            proxy.rules.mirror(shadow.address());
            try (var client = open()) {
                assertThat(ping(client, "hello")).isEqualTo("hello");
            }
            assertThat(proxy.entry().responseCode()).isEqualTo(101);
            assertThat(origin.visits()).hasSize(1);
            assertThat(shadow.visits()).isEmpty();
        }
    }

    @Test
    void a_slow_reader_at_either_end_holds_back_the_other() throws Exception {
        var written = new AtomicLong();
        var go = new CountDownLatch(1);
        try (var origin = agreeing(visit -> {
                    flood(visit.socket.getOutputStream(), written);
                    Awaitility.await().until(() -> go.getCount() == 0);
                    visit.socket.getInputStream().skipNBytes(32L * MIB);
                });
                var client = open()) {
            Awaitility.await()
                    .during(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(10))
                    .until(written::get, now -> now < 24L * MIB);
            client.socket.getInputStream().skipNBytes(32L * MIB);

            var sent = new AtomicLong();
            Thread.ofVirtual().start(() -> {
                try {
                    flood(client.socket.getOutputStream(), sent);
                } catch (IOException e) {
                    sent.set(Long.MAX_VALUE);
                }
            });
            Awaitility.await()
                    .during(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(10))
                    .until(sent::get, now -> now < 24L * MIB);
            go.countDown();

            Awaitility.await().until(() -> origin.visits().getFirst().over);
            assertThat(sent.get()).isEqualTo(32L * MIB);
        }
    }

    private static void flood(OutputStream out, AtomicLong count) throws IOException {
        byte[] piece = new byte[64 * 1024];
        for (int i = 0; i < 512; i++) {
            try {
                out.write(piece);
            } catch (SocketException closed) {
                return;
            }
            count.addAndGet(piece.length);
        }
    }
}
