package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.HealthChange;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.HealthCheckKind;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Callers that ask endpoints whether they are well, on sockets.
class HealthChecksTest {
    private final ProxyUnderTest proxy = new ProxyUnderTest();
    private final AtomicBoolean well = new AtomicBoolean(true);
    private final RecordingOrigin checked = origin(well);
    private final RecordingOrigin other = origin(new AtomicBoolean(true));
    private final List<HealthChange> changes = new CopyOnWriteArrayList<>();

    private static RecordingOrigin origin(AtomicBoolean well) {
        return new RecordingOrigin(visit -> {
            while (visit.readRequest()) {
                visit.write(well.get() ? RecordingOrigin.OK : "HTTP/1.1 503 Not Now\r\ncontent-length: 0\r\n\r\n");
            }
        });
    }

    @BeforeEach
    void listen() {
        proxy.rules.clusters().tellHealthTo(changes::add);
        proxy.rules.endpoint(checked.address()).endpoint(other.address());
        proxy.server.check(() -> proxy.rules.clusters().byName().values());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        checked.close();
        other.close();
    }

    private static HealthCheck.Builder every100Millis(HealthCheckKind kind) {
        return HealthCheck.newBuilder()
                .setKind(kind)
                .setPath("/healthz?full=1")
                .setIntervalUs(100_000)
                .setTimeoutUs(5_000_000)
                .setUnhealthyThreshold(2);
    }

    private Cluster cluster() {
        return Objects.requireNonNull(proxy.rules.clusters().byName().get("outbound|9080||" + RulesInForce.HOST));
    }

    private List<String> chosen() {
        return cluster().endpoints().stream().map(Object::toString).sorted().toList();
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Test
    void an_endpoint_that_answers_badly_gets_nothing_until_it_answers_well() {
        proxy.rules.checks(every100Millis(HealthCheckKind.HTTP).build());
        await().untilAsserted(() -> assertThat(checked.received()).contains("GET /healthz?full=1 HTTP/1.1"));

        well.set(false);
        await().untilAsserted(() -> assertThat(chosen()).containsExactly(text(other.address())));

        well.set(true);
        await().untilAsserted(() -> assertThat(chosen()).hasSize(2));
        assertThat(changes)
                .extracting(HealthChange::kind)
                .containsExactly(HealthChange.Kind.UNHEALTHY, HealthChange.Kind.HEALTHY);
        assertThat(changes).first().extracting(HealthChange::why).isEqualTo("status 503");
    }

    @Test
    void an_endpoint_at_which_nobody_listens_fails_a_tcp_check() throws IOException {
        InetSocketAddress nobody;
        try (var reserved = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) reserved.getLocalSocketAddress();
        }

        proxy.rules.endpoint(nobody).checks(every100Millis(HealthCheckKind.TCP).build());

        await().untilAsserted(() -> assertThat(chosen()).hasSize(2).doesNotContain(text(nobody)));
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 3", "2, 0, 2", "1, 5, 2"})
    void a_grpc_endpoint_is_well_when_it_says_that_it_serves(int serving, int grpcStatus, int wellOnes) {
        try (var origin = new Http2Origin(call -> {
            call.head(false, ":status", "200", "content-type", "application/grpc");
            call.data("\0\0\0\0\2\b" + (char) serving, false);
            call.head(true, "grpc-status", Integer.toString(grpcStatus));
        })) {
            proxy.rules
                    .endpoint(origin.address())
                    .checks(every100Millis(HealthCheckKind.GRPC)
                            .setService("shop.Carts")
                            .build());

            await().untilAsserted(() -> assertThat(origin.calls).hasSizeGreaterThan(2));

            assertThat(origin.calls.getFirst().head.path()).hasToString("/grpc.health.v1.Health/Check");
            assertThat(origin.calls.getFirst().body).hasToString("\0\0\0\0\14\n\nshop.Carts");
            assertThat(chosen().contains(text(origin.address()))).isEqualTo(wellOnes == 3);
        }
    }

    @Test
    void an_endpoint_that_accepts_and_says_nothing_fails() throws IOException {
        try (var silent = new RecordingOrigin(RecordingOrigin.Visit::readToEnd)) {
            proxy.rules
                    .endpoint(silent.address())
                    .checks(every100Millis(HealthCheckKind.HTTP)
                            .setTimeoutUs(300_000)
                            .build());

            await().untilAsserted(() -> assertThat(chosen()).doesNotContain(text(silent.address())));
            assertThat(changes).extracting(HealthChange::why).contains("no answer in 300 ms");
        }
    }

    @Test
    void where_nobody_is_well_a_request_is_answered_at_once() throws IOException {
        well.set(false);
        other.close();
        proxy.rules.checks(every100Millis(HealthCheckKind.HTTP).build());
        await().untilAsserted(() -> assertThat(chosen()).isEmpty());

        String answer = RawClient.ask(proxy.outbound(), "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 503");
        assertThat(proxy.entry().responseFlags()).isEqualTo("UH");
    }

    @Test
    void a_rule_that_wants_no_checks_any_more_forgets_what_they_said() {
        well.set(false);
        proxy.rules.checks(every100Millis(HealthCheckKind.HTTP).build());
        await().untilAsserted(() -> assertThat(chosen()).hasSize(1));

        proxy.rules.policy(TrafficPolicy.newBuilder());

        assertThat(chosen()).hasSize(2);
    }
}
