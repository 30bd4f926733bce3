package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever is slow slows whoever sends to it, and nobody else.
class Http2FlowControlTest {
    private static final int PIECE = 16 * 1024;
    private static final int INITIAL_WINDOW = 4;
    /// More than sockets and windows between origin and caller hold.
    private static final long MUCH = 64L * 1024 * 1024;

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void an_endpoint_that_does_not_read_stalls_its_stream_alone() throws IOException {
        var over = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    if (visit.received().contains("POST ")) {
                        await(over);
                    } else {
                        visit.write(RecordingOrigin.OK);
                    }
                });
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.post(1).flush();

            long sent = sendUntilStalled(client);

            assertThat(sent).isLessThan(MUCH);
            client.socket.setSoTimeout(10_000);
            assertThat(client.get(3, "/").answer(3).body()).isEqualTo("ok");
            over.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As much as the windows allow, until they haven't opened for a while.
    private static long sendUntilStalled(FrameClient client) throws IOException {
        long window = 64 * 1024 - 1;
        long sent = 0;
        client.socket.setSoTimeout(500);
        while (sent < MUCH) {
            while (window >= PIECE) {
                client.data(1, false, "x".repeat(PIECE)).flush();
                window -= PIECE;
                sent += PIECE;
            }
            try {
                FrameClient.Frame frame = client.next();
                if (frame != null && frame.type() == FrameClient.WINDOW_UPDATE && frame.stream() == 1) {
                    window += frame.code();
                }
            } catch (SocketTimeoutException stalled) {
                return sent;
            }
        }
        return sent;
    }

    @ParameterizedTest
    @ValueSource(ints = {65_535, Integer.MAX_VALUE})
    void a_caller_that_opens_no_window_stalls_the_endpoint_of_its_stream_alone(int initialWindow) throws IOException {
        var written = new AtomicLong();
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readUntil("\r\n\r\n");
                    if (visit.received().contains("GET /much")) {
                        visit.write("HTTP/1.1 200 OK\r\ncontent-length: " + MUCH + "\r\n\r\n");
                        for (long at = 0; at < MUCH; at += PIECE) {
                            visit.write("y".repeat(PIECE));
                            written.addAndGet(PIECE);
                        }
                    } else {
                        visit.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                    }
                });
                var client = new FrameClient(
                        proxy.outbound(), FrameClient.PREFACE, FrameClient.setting(INITIAL_WINDOW, initialWindow))) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/much").flush();

            long stalledAt = steady(written);

            assertThat(stalledAt).isLessThan(MUCH / 2);
            assertThat(client.get(3, "/").answer(3).status).isEqualTo("200");
        }
    }

    private static long steady(AtomicLong written) {
        var last = new AtomicLong(-1);
        Awaitility.await()
                .pollInterval(Duration.ofMillis(300))
                .until(() -> written.get() > 0 && last.getAndSet(written.get()) == written.get());
        return written.get();
    }

    @Test
    void a_long_answer_arrives_whole_as_the_caller_opens_its_windows() throws IOException {
        int octets = 4 * 1024 * 1024;
        try (var origin = RecordingOrigin.answering(
                        "HTTP/1.1 200 OK\r\ncontent-length: " + octets + "\r\n\r\n" + "z".repeat(octets));
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.get(1, "/").flush();
            FrameClient.Answer answer = client.seen(1);

            while (!answer.ended) {
                FrameClient.Frame frame = client.next();
                if (frame != null && frame.type() == FrameClient.DATA && frame.payload().length > 0) {
                    byte[] more = FrameClient.number(frame.payload().length);
                    client.frame(FrameClient.WINDOW_UPDATE, 0, 0, more)
                            .frame(FrameClient.WINDOW_UPDATE, 0, 1, more)
                            .flush();
                }
            }

            assertThat(answer.body()).hasSize(octets).matches("z+");
        }
    }

    @Test
    void a_long_request_arrives_whole() throws IOException {
        int pieces = 64;
        try (var origin = RecordingOrigin.answering(RecordingOrigin.OK);
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            client.post(1, "content-length", Integer.toString(pieces * PIECE)).flush();
            long window = 64 * 1024 - 1;
            for (int i = 0; i < pieces; i++) {
                while (window < PIECE) {
                    FrameClient.Frame frame = Objects.requireNonNull(client.next(), "no room for the next piece");
                    boolean more = frame.type() == FrameClient.WINDOW_UPDATE && frame.stream() == 1;
                    window += more ? frame.code() : 0;
                }
                client.data(1, i == pieces - 1, "x".repeat(PIECE)).flush();
                window -= PIECE;
            }

            FrameClient.Answer answer = client.answer(1);

            assertThat(answer.body()).isEqualTo("ok");
            assertThat(origin.received()).endsWith("x".repeat(pieces * PIECE));
        }
    }
}
