package dev.meltemi.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/// A proxy to measure by hand before any rule or broker: `MeasuredProxy PORT ORIGIN_PORT`, Host `reviews:9080`.
final class MeasuredProxy {
    private MeasuredProxy() {}

    public static void main(String[] args) throws InterruptedException {
        var rules = new RulesInForce().endpoint(local(args[1]));
        var ports =
                new ProxyPorts(rules::table, entry -> true, InstantSource.system(), new SplittableRandom(), () -> null);
        new ProxyServer(ports, ProxySettings.DEFAULT)
                .bindOutbound(local(args[0]))
                .block(Duration.ofSeconds(10));
        new CountDownLatch(1).await();
    }

    private static InetSocketAddress local(String port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    }
}
