package dev.meltemi.proxy;

import dev.meltemi.schemas.compiled.OutboundTraffic;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/// A sidecar's proxy as a process of its own, for a network namespace of its own: `InterceptingProxy OWN REMOTE DB WEB
/// POLICY`. The service `db`, which speaks TCP, has the virtual address DB and an instance at OWN and REMOTE, `web`,
/// which speaks HTTP, has WEB and an instance at REMOTE. Each connection and request that ends is told in a line.
final class InterceptingProxy {
    private InterceptingProxy() {}

    public static void main(String[] args) throws InterruptedException {
        var rules = new ConnectionRulesInForce()
                .serves(new InetSocketAddress(args[0], 5432))
                .endpoint(new InetSocketAddress(args[1], 5432))
                .address(args[2])
                .web(args[3], new InetSocketAddress(args[1], 8080))
                .mesh(OutboundTraffic.valueOf(args[4]), null);
        var ports = new ProxyPorts(
                rules::table,
                entry -> {
                    var way = entry.edge().way();
                    System.out.println(entry.edge().service().name() + " " + entry.responseCode() + " "
                            + entry.responseCodeDetails());
                    System.out.println(entry.protocol() + " " + entry.edge().reporter() + " " + way.upstreamCluster()
                            + " " + way.upstreamHost() + " " + entry.responseFlags());
                    return true;
                },
                InstantSource.system(),
                new SplittableRandom(1),
                () -> null);
        var server = new ProxyServer(ports, ProxySettings.DEFAULT.withApplicationBindAddress("127.0.0.6"));
        server.bindIntercepted(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 15001))
                .block(Duration.ofSeconds(10));
        server.bindInterceptedInbound(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 15006), 15006, Map.of())
                .block(Duration.ofSeconds(10));
        System.out.println("ready");
        new CountDownLatch(1).await();
    }
}
