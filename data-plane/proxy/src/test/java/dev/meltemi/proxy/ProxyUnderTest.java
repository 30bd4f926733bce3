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

/// A sidecar's proxy on a free port, with what it reported.
final class ProxyUnderTest implements AutoCloseable {
    final RulesInForce rules = new RulesInForce();
    final List<AccessEntry> log = new CopyOnWriteArrayList<>();
    final ProxyServer server;
    final AtomicReference<@Nullable Identity> identity = new AtomicReference<>();
    private final InetSocketAddress outbound;

    ProxyUnderTest() {
        this(ProxySettings.DEFAULT);
    }

    ProxyUnderTest(ProxySettings settings) {
        server = new ProxyServer(
                new ProxyPorts(rules::table, log::add, InstantSource.system(), new SplittableRandom(42), identity::get),
                settings);
        outbound = bound(server.bindOutbound(anyPort()));
    }

    /// A member of the mesh from the start.
    ProxyUnderTest as(Identity who) {
        identity.set(who);
        return this;
    }

    InetSocketAddress outbound() {
        return outbound;
    }

    InetSocketAddress inbound(InetSocketAddress application) {
        return bound(server.bindInbound(anyPort(), 9080, Map.of(9080, application)));
    }

    InetSocketAddress gateway() {
        return bound(server.bindGateway(anyPort(), 8080));
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static InetSocketAddress bound(Mono<DisposableServer> listener) {
        return (InetSocketAddress)
                Objects.requireNonNull(listener.block(Duration.ofSeconds(10))).address();
    }

    /// The entry of the only request so far.
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
