package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.RetryPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Callers that leave where nothing is on its way to the origin: no try follows, and one event tells of it.
class LeavingInRetriesTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
    private static final String UNAVAILABLE = "HTTP/1.1 503 Later\r\ncontent-length: 0\r\n\r\n";
    private static final Duration BACKOFF = Duration.ofSeconds(1);

    private final ProxyUnderTest proxy = new ProxyUnderTest();

    @AfterEach
    void stop() {
        proxy.close();
    }

    private void retries(int most, Duration backoff, Duration perTry) {
        proxy.rules.route(route -> route.setRetries(RetryPolicy.newBuilder()
                .setAttempts(most)
                .setPerTryTimeoutUs(perTry.toNanos() / 1000)
                .setBackoffUs(backoff.toNanos() / 1000)
                .setRetryOn(List.of("5xx", "reset"))
                .build()));
    }

    /// For longer than the back-off, which is anything below its base.
    private void leftAndNothingFollows(RecordingOrigin origin) {
        assertThat(proxy.entry().responseFlags()).isEqualTo("DC");
        assertThat(proxy.entry().responseCode()).isZero();
        int visits = origin.visits().size();
        Awaitility.await()
                .during(BACKOFF.plusMillis(100))
                .atMost(Duration.ofSeconds(5))
                .until(() -> origin.visits().size() == visits && proxy.log.size() == 1);
        nothingIsHeld();
    }

    private void nothingIsHeld() {
        Awaitility.await().until(() -> proxy.server.openConnections() == 0);
        assertThat(proxy.rules.clusters().byName().values().stream()
                        .flatMap(cluster -> cluster.endpoints().stream())
                        .filter(endpoint -> endpoint.active() != 0))
                .as("endpoints with something under way")
                .isEmpty();
    }

    private void leaveOnceATryIsOver(RecordingOrigin origin, Duration perTry) throws IOException {
        proxy.rules.endpoint(origin.address());
        retries(3, BACKOFF, perTry);
        try (var client = new RawClient(proxy.outbound())) {
            client.write(GET);
            Awaitility.await()
                    .until(() -> !origin.visits().isEmpty() && origin.visits().getFirst().over);

            client.reset();
        }
        leftAndNothingFollows(origin);
    }

    @Test
    void during_the_back_off() throws IOException {
        try (var origin = new RecordingOrigin(visit -> {
            visit.readRequest();
            visit.write(UNAVAILABLE);
            visit.readToEnd();
        })) {
            leaveOnceATryIsOver(origin, Duration.ZERO);
        }
    }

    @Test
    void between_a_try_that_took_too_long_and_the_next() throws IOException {
        try (var origin = new RecordingOrigin(RecordingOrigin.Visit::readToEnd)) {
            leaveOnceATryIsOver(origin, Duration.ofMillis(50));
        }
    }

    @Test
    void before_there_is_a_connection() throws IOException {
        var callers = new ArrayList<Socket>();
        try (var deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = new RawClient(proxy.outbound())) {
            // who comes when nobody accepts is let wait by the system
            for (int i = 0; i < 3; i++) {
                var caller = new Socket();
                callers.add(caller);
                fill(caller, deaf);
            }
            proxy.rules.endpoint((InetSocketAddress) deaf.getLocalSocketAddress());
            client.write(GET);
            Awaitility.await()
                    .until(() -> proxy.rules.clusters().byName().values().stream()
                            .anyMatch(cluster -> cluster.endpoints().stream().anyMatch(each -> each.active() == 1)));

            client.reset();

            assertThat(proxy.entry().responseFlags()).isEqualTo("DC");
            nothingIsHeld();
            assertThat(proxy.log).hasSize(1);
        } finally {
            for (Socket caller : callers) {
                caller.close();
            }
        }
    }

    private static void fill(Socket caller, ServerSocket deaf) {
        try {
            caller.connect(deaf.getLocalSocketAddress(), 100);
        } catch (IOException full) {
            // as is wanted
        }
    }

    @Test
    void a_tries_own_time_ends_with_it_and_not_in_the_back_off_behind() throws Exception {
        int callers = 8;
        var visits = new AtomicInteger();
        try (var origin = new RecordingOrigin(visit -> {
            while (visit.readRequest()) {
                visit.write(visits.incrementAndGet() <= callers ? UNAVAILABLE : RecordingOrigin.OK);
            }
        })) {
            proxy.rules.endpoint(origin.address());
            retries(1, Duration.ofMillis(400), Duration.ofMillis(100));
            var clients = new ArrayList<RawClient>();
            for (int i = 0; i < callers; i++) {
                clients.add(new RawClient(proxy.outbound()));
                clients.getLast().write(GET);
            }

            for (RawClient client : clients) {
                assertThat(client.answer()).startsWith("HTTP/1.1 200");
                client.close();
            }

            assertThat(proxy.log).extracting(entry -> entry.attempts()).containsOnly(2);
            assertThat(visits).hasValue(2 * callers);
            nothingIsHeld();
        }
    }
}
