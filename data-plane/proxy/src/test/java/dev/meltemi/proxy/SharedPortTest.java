package dev.meltemi.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.DisposableServer;

/// Two proxies on one port, as two processes would be.
@Timeout(60)
class SharedPortTest {
    private static final int CALLERS = 40;

    private final RulesInForce rules = new RulesInForce();
    private final ProxyServer elder = sharing();
    private final ProxyServer younger = sharing();
    private final List<RawClient> callers = new ArrayList<>();

    private ProxyServer sharing() {
        var server = new ProxyServer(
                new ProxyPorts(rules::table, entry -> true, InstantSource.system(), new SplittableRandom(), () -> null),
                ProxySettings.DEFAULT);
        server.sharePorts();
        return server;
    }

    private static InetSocketAddress bound(ProxyServer server, int port) {
        DisposableServer listener = Objects.requireNonNull(
                server.bindOutbound(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .block(Duration.ofSeconds(10)));
        return (InetSocketAddress) listener.address();
    }

    private void call(InetSocketAddress address) throws IOException {
        for (int i = 0; i < CALLERS; i++) {
            callers.add(new RawClient(address));
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (RawClient caller : callers) {
            caller.close();
        }
        elder.drain(Duration.ofMillis(20)).block(Duration.ofSeconds(10));
        younger.drain(Duration.ofMillis(20)).block(Duration.ofSeconds(10));
    }

    @Test
    void new_connections_go_to_the_younger_and_those_of_the_elder_stay() throws IOException {
        InetSocketAddress address = bound(elder, 0);
        call(address);
        await().until(() -> elder.openConnections() == CALLERS);

        bound(younger, address.getPort());
        call(address);

        await().until(() -> younger.openConnections() == CALLERS);
        assertThat(elder.openConnections()).isEqualTo(CALLERS);
    }

    @Test
    void a_younger_one_that_dies_leaves_the_port_to_the_elder() throws IOException {
        InetSocketAddress address = bound(elder, 0);
        bound(younger, address.getPort());
        younger.drain(Duration.ofMillis(20)).block(Duration.ofSeconds(10));

        call(address);

        await().until(() -> elder.openConnections() == CALLERS);
    }
}
