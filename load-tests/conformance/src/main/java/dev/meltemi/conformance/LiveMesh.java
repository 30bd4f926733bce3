package dev.meltemi.conformance;

import dev.meltemi.proxy.ProxyPorts;
import dev.meltemi.proxy.ProxyServer;
import dev.meltemi.proxy.ProxySettings;
import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.Decision;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.Revision;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/// A proxy with sockets on both sides. It stays; each case gives it another table.
final class LiveMesh implements AutoCloseable {
    /// Says which of our requests a message belongs to, mirrored ones included.
    static final String NUMBER = "x-conformance-request";

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// On one event loop, so that what is drawn is the same in each run.
    private final LoopResources loop = LoopResources.create("conformance", 1, true);

    private final AtomicReference<@Nullable RouteTable> table = new AtomicReference<>();
    private final ProxyServer proxy = new ProxyServer(
            new ProxyPorts(
                    () -> Objects.requireNonNull(table.get(), "a case begins with its table"),
                    entry -> true,
                    InstantSource.system(),
                    new SplittableRandom(1),
                    () -> null),
            ProxySettings.DEFAULT,
            loop);
    private final Map<String, InetSocketAddress> listeners = new HashMap<>();
    private final LiveOrigins origins = new LiveOrigins(this::arrived);
    private final List<Arrived> arrived = new CopyOnWriteArrayList<>();
    private volatile Map<String, List<String>> answerHeaders = Map.of();
    private int number;

    /// What came to an origin.
    ///
    /// @param name which the answer carries: a copy's answer reaches no client
    record Arrived(LiveOrigin.Place place, LiveMessage request, String name) {}

    /// Names the arrival that an answer is for.
    static final String ARRIVAL = "x-conformance-arrival";

    /// One request with its answer.
    ///
    /// @param answer null: the connection was closed instead
    record Sent(String number, @Nullable LiveMessage answer) {}

    private Map<String, List<String>> arrived(LiveOrigin.Place place, LiveMessage request) {
        var headers = new TreeMap<>(answerHeaders);
        synchronized (arrived) {
            String name = Integer.toString(arrived.size());
            headers.put(ARRIVAL, List.of(name));
            arrived.add(new Arrived(place, request, name));
            arrived.notifyAll();
        }
        return headers;
    }

    /// @return why these requests can't be sent, or would go where no origin of ours is; empty when they can
    String begin(MeshOfCase mesh, Workload self, RoutingCase asked) {
        var compiled = origins.behind(mesh.compiled());
        var now = RouteTable.of(self, Revision.NONE, compiled, new Clusters(), null);
        table.set(now);
        arrived.clear();
        answerHeaders = asked.headers("backendResponseHeaders");
        var random = new SplittableRandom(1);
        for (int i = 0; i < 200; i++) {
            Decision decision = now.decide(asked.head(), random);
            if (decision instanceof Decision.Forward forward) {
                String why = origins.whyNot(forward.cluster());
                if (!why.isEmpty()) {
                    return why;
                }
                if (forward.route().fault().delayNanos() > Duration.ofSeconds(1).toNanos()) {
                    return "the rule delays for longer than a test waits";
                }
            }
        }
        return "";
    }

    private InetSocketAddress listener(RoutingCase asked) {
        return listeners.computeIfAbsent((asked.byGateway() ? "gateway " : "sidecar ") + asked.port(), _ -> {
            var any = new InetSocketAddress(address("127.97.0.1"), 0);
            var bound =
                    asked.byGateway() ? proxy.bindGateway(any, asked.port()) : proxy.bindOutbound(any, asked.port());
            return (InetSocketAddress)
                    Objects.requireNonNull(bound.block(PATIENCE), "bound").address();
        });
    }

    /// The same request several times, one after the other on one connection as long as it lasts.
    List<Sent> send(RoutingCase asked, int times) throws IOException {
        var sent = new ArrayList<Sent>();
        while (sent.size() < times) {
            try (var socket = new Socket()) {
                socket.connect(listener(asked), (int) PATIENCE.toMillis());
                socket.setSoTimeout((int) PATIENCE.toMillis());
                var in = new BufferedInputStream(socket.getInputStream());
                LiveMessage answer = null;
                do {
                    String name = Integer.toString(number++);
                    socket.getOutputStream().write(wire(asked, name).getBytes(StandardCharsets.ISO_8859_1));
                    answer = LiveMessage.read(in, !asked.text("method", "GET").equals("HEAD"));
                    sent.add(new Sent(name, answer));
                } while (answer != null
                        && sent.size() < times
                        && !answer.header("connection").equals("close"));
            }
        }
        return sent;
    }

    private static String wire(RoutingCase asked, String number) {
        String method = asked.text("method", "GET");
        var wire = new StringBuilder(method + " " + asked.path() + " HTTP/1.1\r\nHost: " + asked.text("host", "")
                + "\r\n" + NUMBER + ": " + number + "\r\n");
        asked.headers("headers")
                .forEach((name, values) -> values.forEach(
                        value -> wire.append(name).append(": ").append(value).append("\r\n")));
        if (List.of("POST", "PUT", "PATCH").contains(method)) {
            wire.append("content-length: 0\r\n");
        }
        return wire.append("\r\n").toString();
    }

    /// What came of these requests, mirrored ones included, which come when they come.
    ///
    /// @param expected how many are worth waiting for
    List<Arrived> arrivals(int expected) {
        long until = System.nanoTime() + Duration.ofMillis(500).toNanos();
        synchronized (arrived) {
            long left = until - System.nanoTime();
            while (arrived.size() < expected && left > 0) {
                try {
                    TimeUnit.NANOSECONDS.timedWait(arrived, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return List.copyOf(arrived);
                }
                left = until - System.nanoTime();
            }
        }
        return List.copyOf(arrived);
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    @Override
    public void close() {
        proxy.drain(Duration.ofMillis(50)).block(PATIENCE);
        origins.close();
        loop.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block(PATIENCE);
    }
}
