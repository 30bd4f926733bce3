package dev.meltemi.loadtests;

import dev.meltemi.bus.KafkaBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// `./meltemi demo`, as a user starts it: another process, on ports of its own.
final class RunningDemo implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final int GATEWAY = 9080;
    private static final int KAFKA = 19092;
    private static final int REGISTRY = 8081;
    private static final int CA = 15012;
    /// Above it the kernel hands ports to outgoing connections, which take one between being found free and being
    /// bound.
    private static final int FIRST_EPHEMERAL_PORT = 32_768;

    private final LaunchedCommand process;
    private final int offset;
    private final MeshBus bus;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private RunningDemo(LaunchedCommand process, int offset) {
        this.process = process;
        this.offset = offset;
        this.bus = KafkaBus.open(KafkaSettings.of(bootstrapServers(), "mesh-tests"));
    }

    static RunningDemo start(Path dataDirectory) {
        int offset = freeOffset();
        var process = LaunchedCommand.start(
                "./meltemi",
                "demo",
                "--headless",
                "--port-offset",
                String.valueOf(offset),
                "--data-dir",
                dataDirectory.toString());
        process.awaitLine("READY"::equals, START);
        return new RunningDemo(process, offset);
    }

    /// An offset whose published ports are free now, and below those of outgoing connections.
    static int freeOffset() {
        int offsets = (FIRST_EPHEMERAL_PORT - KAFKA) / 100;
        while (true) {
            int offset = 100 * ThreadLocalRandom.current().nextInt(1, offsets);
            if (IntStream.of(GATEWAY, KAFKA, REGISTRY, CA).allMatch(port -> free(port + offset))) {
                return offset;
            }
        }
    }

    private static boolean free(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    int offset() {
        return offset;
    }

    String bootstrapServers() {
        return "127.0.0.1:" + (KAFKA + offset);
    }

    String registry() {
        return "http://127.0.0.1:" + (REGISTRY + offset);
    }

    String gateway() {
        return "http://127.0.0.1:" + (GATEWAY + offset);
    }

    /// Of productpage's sidecar, as compose/README.md says.
    String firstProxyAddress() {
        return "127.0." + (1 + offset / 100 % 250) + ".1";
    }

    MeshBus bus() {
        return bus;
    }

    LaunchedCommand process() {
        return process;
    }

    HttpResponse<String> get(String url, String... headers) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + url, e);
        }
    }

    /// As Ctrl-C does.
    void interrupt() {
        process.signal("INT");
    }

    boolean endsWithin(Duration patience) {
        return process.endsWithin(patience);
    }

    @Override
    public void close() {
        bus.close();
        if (process.alive()) {
            interrupt();
            if (!endsWithin(STOP)) {
                process.kill();
            }
        }
    }

    static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
