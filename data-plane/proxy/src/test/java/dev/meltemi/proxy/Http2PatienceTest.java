package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/// How long a caller's connection may take, and how it ends when the proxy stops.
class Http2PatienceTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(30);

    private ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private void waiting(Duration head, Duration idle, Duration stream) {
        proxy.close();
        ProxySettings.Timeouts usual = ProxySettings.Timeouts.DEFAULT;
        proxy = new ProxyUnderTest(ProxySettings.DEFAULT.with(new ProxySettings.Timeouts(
                head, idle, stream, LONG, SHORT, usual.linger(), usual.handshake(), usual.connect())));
    }

    @Test
    void fields_that_do_not_end_in_time_end_the_connection() throws IOException {
        waiting(SHORT, LONG, LONG);
        try (var client = new FrameClient(proxy.outbound())) {
            client.until(FrameClient.SETTINGS, 0);
            client.frame(FrameClient.HEADERS, 0, 1, client.block(":method", "GET"));

            int goodbye = client.goodbye();

            assertThat(goodbye).isEqualTo(FrameClient.ENHANCE_YOUR_CALM);
            assertThat(proxy.entry().responseCodeDetails()).contains("request_head_timeout");
        }
    }

    @Test
    void a_preface_that_does_not_end_in_time_ends_the_connection() throws IOException {
        waiting(SHORT, LONG, LONG);
        try (var client = new RawClient(proxy.outbound())) {
            client.write(FrameClient.PREFACE.substring(0, 10));

            String answer = client.readToEnd();

            assertThat(answer).isEmpty();
            assertThat(proxy.server.refusedConnections()).containsEntry("timeout", 1L);
        }
    }

    @Test
    void a_quiet_connection_is_closed_with_a_goodbye() throws IOException {
        waiting(LONG, SHORT, LONG);
        try (var client = new FrameClient(proxy.outbound())) {

            int goodbye = client.goodbye();

            assertThat(goodbye).isZero();
            assertThat(proxy.log).isEmpty();
        }
    }

    @Test
    void a_request_that_does_not_go_on_is_ended_alone() throws IOException {
        waiting(LONG, LONG, SHORT);
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.post(1).data(1, false, "a").answer(1);

            assertThat(answer.status).isEqualTo("408");
            assertThat(client.until(FrameClient.RST, 1)).isNotNull();
            assertThat(answer.reset).isZero();
            assertThat(client.goAway).isNull();
        }
    }

    @Test
    void an_answer_that_nobody_takes_is_dropped() throws IOException {
        waiting(LONG, LONG, SHORT);
        try (var origin = RecordingOrigin.answering("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n123456789");
                var client = new FrameClient(proxy.outbound(), FrameClient.PREFACE, FrameClient.setting(4, 5))) {
            proxy.rules.endpoint(origin.address());

            FrameClient.Answer answer = client.get(1, "/").answer(1);

            assertThat(answer.ended).isFalse();
            assertThat(answer.reset).isEqualTo(8);
        }
    }

    @Test
    void a_caller_that_closes_its_side_still_gets_its_answer() throws IOException {
        waiting(LONG, LONG, LONG);
        var asked = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    await(asked);
                    visit.write(RecordingOrigin.OK);
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/").flush();
            client.until(FrameClient.SETTINGS, 0);
            client.socket.shutdownOutput();
            Awaitility.await().until(() -> !origin.visits().isEmpty());
            asked.countDown();

            FrameClient.Answer answer = client.answer(1);

            assertThat(answer.body()).isEqualTo("ok");
            assertThat(client.next()).isNull();
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
    void a_proxy_that_stops_says_so_and_finishes_what_is_under_way() throws IOException {
        var asked = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    await(asked);
                    visit.write(RecordingOrigin.OK);
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/").flush();
            Awaitility.await().until(() -> !origin.received().isEmpty());
            Disposable drained = proxy.server.drain(Duration.ofSeconds(20)).subscribe();

            FrameClient.Frame first = client.until(FrameClient.GOAWAY, 0);
            FrameClient.Frame second = client.until(FrameClient.GOAWAY, 0);
            FrameClient.Answer late = client.get(3, "/late").answer(3);
            asked.countDown();
            FrameClient.Answer answer = client.answer(1);

            assertThat(first)
                    .isNotNull()
                    .satisfies(frame -> assertThat(lastStream(frame)).isEqualTo(Integer.MAX_VALUE));
            assertThat(second)
                    .isNotNull()
                    .satisfies(frame -> assertThat(lastStream(frame)).isEqualTo(1));
            assertThat(late.reset).isEqualTo(FrameClient.REFUSED_STREAM);
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(client.next()).isNull();
            Awaitility.await().until(drained::isDisposed);
        }
    }

    private static int lastStream(FrameClient.Frame goAway) {
        return java.nio.ByteBuffer.wrap(goAway.payload()).getInt();
    }
}
