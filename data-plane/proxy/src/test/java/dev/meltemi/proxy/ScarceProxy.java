package dev.meltemi.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/// A sidecar's proxy as a process of its own, from which something can be taken: `ScarceProxy ORIGIN_PORT`. Says
/// `ready PORT`, then what ends, each in a line.
final class ScarceProxy {
    private ScarceProxy() {}

    public static void main(String[] args) throws InterruptedException, IOException, URISyntaxException {
        var origin = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        var rules = new RulesInForce().endpoint(origin);
        var ports = new ProxyPorts(
                rules::table,
                entry -> {
                    System.out.println("ended " + entry.responseCode() + " " + entry.responseFlags() + " "
                            + entry.responseCodeDetails());
                    return true;
                },
                InstantSource.system(),
                new SplittableRandom(1),
                () -> null);
        loadAll();
        var bound = new ProxyServer(ports, ProxySettings.DEFAULT)
                .bindOutbound(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .block(Duration.ofSeconds(10));
        System.out.println("ready " + Objects.requireNonNull(bound).port());
        new CountDownLatch(1).await();
    }

    /// A class that lies in a folder is a file to open, which what runs from an archive doesn't need.
    private static void loadAll() throws IOException, URISyntaxException {
        Path classes = Path.of(ProxyServer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        if (!Files.isDirectory(classes)) {
            return;
        }
        List<Path> files;
        try (var all = Files.walk(classes.resolve("dev/meltemi"))) {
            files = all.filter(file -> file.toString().endsWith(".class")
                            && (file.toString().contains("/proxy/")
                                    || file.toString().contains("/routing/")))
                    .toList();
        }
        for (Path file : files) {
            String name = classes.relativize(file).toString().replace('/', '.');
            try {
                Class.forName(
                        name.substring(0, name.length() - ".class".length()),
                        false,
                        ScarceProxy.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
