package dev.meltemi.proxy;

import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.spiffe.Identity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;

/// A proxy for connections that are carried whole, with what it reported.
final class RelayUnderTest implements AutoCloseable {
    final ConnectionRulesInForce rules = new ConnectionRulesInForce();
    final List<AccessEntry> log = new CopyOnWriteArrayList<>();
    final List<ConnectionCount> counts = new CopyOnWriteArrayList<>();
    final AtomicReference<@Nullable Identity> identity = new AtomicReference<>();
    final ProxyServer server;

    RelayUnderTest() {
        this(ProxySettings.DEFAULT);
    }

    RelayUnderTest(ProxySettings settings) {
        var sink = new TelemetrySink() {
            @Override
            public boolean offer(AccessEntry entry) {
                return log.add(entry);
            }

            @Override
            public void onConnection(ConnectionCount count) {
                counts.add(count);
            }
        };
        server = new ProxyServer(
                new ProxyPorts(rules::table, sink, InstantSource.system(), new SplittableRandom(42), identity::get),
                settings);
    }

    RelayUnderTest as(Identity who) {
        identity.set(who);
        return this;
    }

    /// Whatever is sent there is for `db`.
    InetSocketAddress towardsDb() {
        return bound(server.bindTowards(anyPort(), "db", ConnectionRulesInForce.PORT));
    }

    InetSocketAddress inbound(InetSocketAddress application) {
        return bound(server.bindInbound(anyPort(), application.getPort(), Map.of(application.getPort(), application)));
    }

    InetSocketAddress gateway(int port) {
        return bound(server.bindGateway(anyPort(), port));
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static InetSocketAddress bound(Mono<DisposableServer> listener) {
        return (InetSocketAddress)
                Objects.requireNonNull(listener.block(Duration.ofSeconds(10))).address();
    }

    /// The entry of the only connection so far.
    AccessEntry entry() {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !log.isEmpty());
        return log.getFirst();
    }

    @Override
    public void close() {
        server.drain(Duration.ofMillis(20)).block(Duration.ofSeconds(10));
    }
}
