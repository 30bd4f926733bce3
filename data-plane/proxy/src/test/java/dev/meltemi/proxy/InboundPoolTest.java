package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.ConnectionPool;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a Sidecar lets through to its application.
class InboundPoolTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: reviews:9080\r\n\r\n";
    private static final ConnectionPool ONE =
            ConnectionPool.newBuilder().setHttp2MaxRequests(1).build();

    @ParameterizedTest
    @CsvSource({
        // whole workload, this port, limited
        "true,  false, true",
        "false, true,  true",
        "false, false, false"
    })
    void requests_beyond_the_limit_never_reach_the_application(boolean whole, boolean port, boolean limited)
            throws Exception {
        var release = new CountDownLatch(1);
        try (var origin = new RecordingOrigin(visit -> {
                    while (visit.readRequest()) {
                        try {
                            release.await();
                        } catch (InterruptedException stopped) {
                            return;
                        }
                        visit.write(RecordingOrigin.OK);
                    }
                });
                var proxy = new ProxyUnderTest()) {
            proxy.rules.sidecar(settings -> settings.setInboundPool(whole ? ONE : null)
                    .setInboundPortPools(port ? Map.of("9080", ONE) : Map.of("1", ONE)));
            InetSocketAddress address = proxy.inbound(origin.address());
            try (var first = new RawClient(address);
                    var second = new RawClient(address)) {
                first.write(REQUEST);
                Awaitility.await().until(() -> origin.visits().size() == 1);

                second.write(REQUEST);

                if (limited) {
                    assertThat(second.answer()).startsWith("HTTP/1.1 503");
                    assertThat(proxy.entry().responseFlags()).isEqualTo("UO");
                }
                release.countDown();
                assertThat(first.answer()).startsWith("HTTP/1.1 200");
                if (limited) {
                    second.write(REQUEST);
                }
                assertThat(second.answer()).startsWith("HTTP/1.1 200");
            }
        }
    }
}
