package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.MeshTls;
import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.spiffe.Identity;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.netty.DisposableServer;

/// Two sidecars in a row, to measure what mTLS between them costs: `MeasuredPair PLAIN_PORT TLS_PORT ORIGIN_PORT`,
/// Host `reviews:9080`. The same process and the same destination serve both ports, so that the difference between
/// them is TLS. `MeasuredPair handshakes` prints how many handshakes a second of CPU makes, both sides together.
final class MeasuredPair {
    private static final MeshAuthority AUTHORITY = new MeshAuthority();
    private static final long MEASURED = TimeUnit.SECONDS.toNanos(1);

    /// Of endpoints that were never called before.
    private static final AtomicInteger ENDPOINTS = new AtomicInteger(1);

    private MeasuredPair() {}

    public static void main(String[] args) throws InterruptedException {
        if (args[0].equals("handshakes")) {
            handshakes();
            return;
        }
        Identity callee = AUTHORITY.member("reviews");
        Identity caller = AUTHORITY.member("productpage");
        DisposableServer inbound = Objects.requireNonNull(server(new RulesInForce(), callee)
                .bindInbound(local("0"), 9080, Map.of(9080, local(args[2])))
                .block(Duration.ofSeconds(10)));
        var there = (InetSocketAddress) inbound.address();
        server(new RulesInForce().endpoint(there), null)
                .bindOutbound(local(args[0]))
                .block(Duration.ofSeconds(10));
        server(new RulesInForce().meshEndpoint("reviews", there), caller)
                .bindOutbound(local(args[1]))
                .block(Duration.ofSeconds(10));
        new CountDownLatch(1).await();
    }

    private static ProxyServer server(RulesInForce rules, @Nullable Identity identity) {
        return new ProxyServer(
                new ProxyPorts(
                        rules::table, entry -> true, InstantSource.system(), new SplittableRandom(), () -> identity),
                ProxySettings.DEFAULT);
    }

    private static void handshakes() {
        var server = new MeshTls(holding(AUTHORITY.member("reviews")), InstantSource.system());
        var client = new MeshTls(holding(AUTHORITY.member("productpage")), InstantSource.system());
        TlsContexts serving = Objects.requireNonNull(server.hold());
        TlsContexts calling = Objects.requireNonNull(client.hold());
        for (int round = 0; round < 3; round++) {
            long before = server.resumed();
            double full = perSecond(serving, calling, false);
            long between = server.resumed();
            double resumed = perSecond(serving, calling, true);
            System.out.printf(
                    "{\"full_per_cpu_s\": %.0f, \"resumed_per_cpu_s\": %.0f, \"resumed_of_full\": %d, \"resumed\":"
                            + " %d}%n",
                    full, resumed, between - before, server.resumed() - between);
        }
    }

    private static Supplier<@Nullable Identity> holding(Identity identity) {
        return () -> identity;
    }

    private static double perSecond(TlsContexts serving, TlsContexts calling, boolean resuming) {
        var cpu = ManagementFactory.getThreadMXBean();
        long start = cpu.getCurrentThreadCpuTime();
        long done = 0;
        long used;
        do {
            shake(serving, calling, resuming ? 1 : ENDPOINTS.incrementAndGet());
            done++;
            used = cpu.getCurrentThreadCpuTime() - start;
        } while (used < MEASURED);
        return done * 1e9 / used;
    }

    /// @param endpoint whose session is resumed, if there is one
    private static void shake(TlsContexts serving, TlsContexts calling, int endpoint) {
        var there = new EmbeddedChannel();
        SslHandler accepting = serving.accepting(there.alloc(), Duration.ofSeconds(10));
        there.pipeline().addLast(accepting);
        var here = new EmbeddedChannel();
        here.pipeline()
                .addLast(calling.connecting(
                        here.alloc(),
                        "outbound_.9080_._.reviews.default.svc.cluster.local",
                        endpoint,
                        Duration.ofSeconds(10),
                        false));
        exchange(here, there);
        if (!accepting.handshakeFuture().isSuccess()) {
            throw new IllegalStateException(accepting.handshakeFuture().cause());
        }
        // BoringSSL sends its tickets together with the first octets of an answer.
        there.writeOutbound(Unpooled.wrappedBuffer(new byte[1]));
        exchange(here, there);
        here.finishAndReleaseAll();
        there.finishAndReleaseAll();
    }

    private static void exchange(EmbeddedChannel here, EmbeddedChannel there) {
        boolean moved = true;
        while (moved) {
            boolean going = move(here, there);
            moved = move(there, here) || going;
        }
    }

    private static boolean move(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        ByteBuf octets = from.readOutbound();
        if (octets == null) {
            return false;
        }
        to.writeInbound(octets);
        return true;
    }

    private static InetSocketAddress local(String port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    }
}
