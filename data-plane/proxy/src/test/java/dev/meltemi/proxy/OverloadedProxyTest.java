package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.proxy.overload.Gauges;
import dev.meltemi.proxy.overload.OverloadSettings;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A proxy of which too much is asked.
@Timeout(60)
class OverloadedProxyTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";

    private final AtomicReference<Double> heap = new AtomicReference<>(0.0);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final RecordingOrigin origin = new RecordingOrigin(visit -> {
        while (visit.readRequest()) {
            if (visit.received().contains("/slow")) {
                awaitPermission();
            }
            visit.write(RecordingOrigin.OK);
        }
    });
    private final ProxyUnderTest proxy =
            new ProxyUnderTest(ProxySettings.DEFAULT.with(OverloadSettings.of(8).measuring(new Pretended())));

    private final class Pretended implements Gauges {
        @Override
        public double heap() {
            return heap.get();
        }

        @Override
        public double directMemory() {
            return 0;
        }

        @Override
        public double descriptors() {
            return 0;
        }

        @Override
        public void collect() {
            // nothing is in the way
        }
    }

    private void awaitPermission() {
        try {
            mayAnswer.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() throws IOException {
        mayAnswer.countDown();
        proxy.close();
        origin.close();
    }

    private ProxyUnderTest proxy() {
        proxy.rules.endpoint(origin.address());
        return proxy;
    }

    private void heap(double share, String action) {
        heap.set(share);
        await().until(() ->
                Objects.equals(proxy.server.overload().figures().get(action + ".active"), share == 0 ? 0L : 1L));
    }

    @Test
    void from_90_percent_on_new_requests_are_answered_503_and_those_under_way_end_well() throws IOException {
        try (var before = new RawClient(proxy().outbound())) {
            before.write("GET /slow HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
            await().until(() -> origin.received().contains("/slow"));
            heap(0.92, "stop_accepting_requests");

            String shed = RawClient.ask(proxy.outbound(), GET);

            assertThat(shed)
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("\r\nretry-after: 1\r\n")
                    .containsIgnoringCase("\r\nconnection: close\r\n")
                    .endsWith("this proxy is overloaded: heap 92%; try again later");
            assertThat(proxy.entry())
                    .extracting(AccessEntry::responseCode, AccessEntry::responseFlags, AccessEntry::responseCodeDetails)
                    .containsExactly(503, "OM", "overload");
            mayAnswer.countDown();
            assertThat(before.answer()).startsWith("HTTP/1.1 200 ").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void it_serves_again_when_the_pressure_is_gone() throws IOException {
        proxy();
        heap(0.92, "stop_accepting_requests");
        assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 503 ");

        heap(0, "disable_http_keepalive");

        assertThat(RawClient.ask(proxy.outbound(), GET))
                .startsWith("HTTP/1.1 200 ")
                .doesNotContainIgnoringCase("connection: close");
    }

    @Test
    void from_80_percent_on_idle_connections_are_closed_and_requests_served() throws IOException {
        try (var idle = new RawClient(proxy().outbound())) {
            idle.write(GET);
            assertThat(idle.answer()).startsWith("HTTP/1.1 200 ");

            heap(0.82, "disable_http_keepalive");

            assertThat(idle.readToEnd()).as("the connection ends").isEmpty();
            assertThat(RawClient.ask(proxy.outbound(), GET))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("connection: close");
        }
    }

    @Test
    void from_95_percent_on_new_connections_are_closed_at_once() throws IOException {
        proxy();
        heap(0.96, "reject_incoming_connections");

        try (var refused = new RawClient(proxy.outbound())) {
            assertThat(refused.readToEndOrReset()).isEmpty();
        }

        assertThat(proxy.entry())
                .extracting(AccessEntry::responseCode, AccessEntry::responseFlags, AccessEntry::responseCodeDetails)
                .containsExactly(0, "OM", "overload|heap_96%");
        assertThat(proxy.server.refusedConnections()).containsEntry("overload", 1L);
    }

    @Test
    void one_connection_more_than_the_cap_is_refused_and_room_is_found_again() throws IOException {
        var open = new RawClient[8];
        for (int i = 0; i < open.length; i++) {
            open[i] = new RawClient(proxy().outbound());
        }
        await().until(() -> proxy.server.openConnections() == open.length);

        try (var ninth = new RawClient(proxy.outbound())) {
            assertThat(ninth.readToEndOrReset()).isEmpty();
        }

        for (RawClient client : open) {
            client.close();
        }
        await().until(() -> proxy.server.openConnections() == 0);
        assertThat(proxy.server.refusedConnections()).containsEntry("overload", 1L);
        await().untilAsserted(
                        () -> assertThat(RawClient.ask(proxy.outbound(), GET)).startsWith("HTTP/1.1 200 "));
    }

    @Test
    void near_the_cap_connections_that_nobody_uses_are_closed_and_the_others_go_on() throws IOException {
        var unused = new ArrayList<RawClient>();
        try (var used = new RawClient(proxy().outbound())) {
            for (int i = 0; i < 7; i++) {
                unused.add(new RawClient(proxy.outbound()));
            }

            await().until(() -> {
                used.write(GET);
                assertThat(used.answer()).startsWith("HTTP/1.1 200 ").doesNotContainIgnoringCase("connection: close");
                return proxy.server.openConnections() == 1;
            });

            for (RawClient one : unused) {
                assertThat(one.readToEnd()).isEmpty();
                one.close();
            }
            assertThat(proxy.server.overload().figures()).containsEntry("reduce_timeouts.done", 7L);
        }
    }

    @Test
    void a_request_that_waits_too_long_for_a_connection_is_told_so() throws IOException {
        proxy().rules
                .policy(TrafficPolicy.newBuilder()
                        .setConnectionPool(
                                ConnectionPool.newBuilder().setMaxConnections(1).build()));
        var callers = new ArrayList<RawClient>();
        // each event loop may have one connection, so that with more callers than loops some wait
        for (int i = 0; i < 8; i++) {
            var caller = new RawClient(proxy.outbound());
            callers.add(caller);
            caller.write("GET /slow HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");
        }

        AccessEntry waited = proxy.entry();

        assertThat(waited)
                .extracting(AccessEntry::responseCode, AccessEntry::responseFlags, AccessEntry::responseCodeDetails)
                .containsExactly(503, "UO", "upstream_reset_before_response_started{overflow}");
        assertThat(waited.durationMicros()).isBetween(2_900_000L, 20_000_000L);
        mayAnswer.countDown();
        var answers = new ArrayList<String>();
        for (RawClient caller : callers) {
            answers.add(caller.answer());
            caller.close();
        }
        assertThat(answers)
                .allMatch(answer -> answer.startsWith("HTTP/1.1 200 ")
                        || (answer.startsWith("HTTP/1.1 503 ")
                                && answer.toLowerCase(Locale.ROOT).contains("\r\nretry-after: 1\r\n")))
                .anyMatch(answer -> answer.startsWith("HTTP/1.1 200 "));
    }
}
