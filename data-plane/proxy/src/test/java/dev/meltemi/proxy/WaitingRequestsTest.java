package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// An endpoint that has as many connections as the proxy opens makes requests wait in line, not fail; the line is
/// bounded (Envoy: `max_connections` and `max_pending_requests`).
class WaitingRequestsTest {
    private static final int CONNECTIONS = 4;
    private static final int WAITING = 8;

    private static ProxyUnderTest narrow() {
        var limits = ProxySettings.Limits.DEFAULT;
        // one loop has it all
        return new ProxyUnderTest(ProxySettings.DEFAULT.with(new ProxySettings.Limits(
                limits.requestLine(),
                limits.head(),
                limits.fields(),
                limits.replay(),
                CONNECTIONS,
                WAITING,
                limits.mirrors(),
                limits.refuseUnderscores())));
    }

    @Test
    void streams_beyond_the_connections_wait_and_are_served_and_those_beyond_the_line_are_refused() throws IOException {
        var go = new AtomicInteger();
        try (var origin = new RecordingOrigin(visit -> {
                    while (visit.readRequest()) {
                        Awaitility.await().until(() -> go.get() > 0);
                        visit.write(RecordingOrigin.OK);
                    }
                });
                var proxy = narrow();
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            int all = CONNECTIONS + WAITING + 5;
            for (int i = 0; i < all; i++) {
                client.get(1 + 2 * i, "/" + i);
            }
            client.flush();
            Awaitility.await().until(() -> proxy.log.size() == 5);
            assertThat(origin.visits()).hasSize(CONNECTIONS);

            go.set(1);

            var statuses = new ArrayList<String>();
            for (int i = 0; i < all; i++) {
                statuses.add(client.answer(1 + 2 * i).status);
            }
            assertThat(statuses.subList(0, CONNECTIONS + WAITING)).containsOnly("200");
            assertThat(statuses.subList(CONNECTIONS + WAITING, all)).containsOnly("503");
            assertThat(origin.visits()).hasSize(CONNECTIONS);
            assertThat(proxy.log.subList(0, 5))
                    .extracting(entry -> entry.responseFlags() + " " + entry.responseCodeDetails())
                    .containsOnly("UO upstream_reset_before_response_started{overflow}");
        }
    }

    @Test
    void a_connection_that_breaks_makes_room_for_who_waits() throws IOException {
        try (var origin = new RecordingOrigin(visit -> {
                    visit.readRequest();
                    visit.write("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
                });
                var proxy = narrow();
                var client = new FrameClient(proxy.outbound())) {
            proxy.rules.endpoint(origin.address());
            int all = CONNECTIONS + WAITING;
            for (int i = 0; i < all; i++) {
                client.get(1 + 2 * i, "/" + i);
            }
            client.flush();

            for (int i = 0; i < all; i++) {
                assertThat(client.answer(1 + 2 * i).status).isEqualTo("200");
            }

            assertThat(origin.visits()).hasSize(all);
        }
    }
}
