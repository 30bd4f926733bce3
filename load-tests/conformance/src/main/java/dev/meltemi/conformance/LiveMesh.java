package dev.meltemi.conformance;

import dev.meltemi.proxy.ProxyPorts;
import dev.meltemi.proxy.ProxyServer;
import dev.meltemi.proxy.ProxySettings;
import dev.meltemi.proxy.names.NameSettings;
import dev.meltemi.routing.Clusters;
import dev.meltemi.routing.ConnectionDecision;
import dev.meltemi.routing.Decision;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.AccessEntry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.resources.LoopResources;

/// A proxy with sockets on both sides. It stays; each case gives it another table.
final class LiveMesh implements AutoCloseable {
    /// Says which of our requests a message belongs to, mirrored ones included.
    static final String NUMBER = "x-conformance-request";

    private static final InetSocketAddress ANY = new InetSocketAddress(address("127.97.0.1"), 0);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SOON = Duration.ofMillis(500);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(8);

    /// On one event loop, so that what is drawn is the same in each run.
    private final LoopResources loop = LoopResources.create("conformance", 1, true);

    /// Of clients and applications; the proxy's is its own.
    private final EventLoopGroup applications = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    private final LiveCertificates certificates = new LiveCertificates();
    private final NoNames names = new NoNames(ANY.getAddress());
    private final BlockingQueue<AccessEntry> told = new ArrayBlockingQueue<>(16);
    private final boolean preferHttp2;
    private final AtomicReference<@Nullable RouteTable> table = new AtomicReference<>();
    private final ProxyServer proxy = new ProxyServer(
            new ProxyPorts(
                    () -> Objects.requireNonNull(table.get(), "a case begins with its table"),
                    told::offer,
                    InstantSource.system(),
                    new SplittableRandom(1),
                    () -> certificates.identity),
            ProxySettings.DEFAULT
                    .withCredentials(certificates.folder())
                    .with(NameSettings.DEFAULT.with(List.of(names.address()))),
            loop);
    private final Map<String, InetSocketAddress> listeners = new HashMap<>();
    private final LiveOrigins origins = new LiveOrigins(new LiveOrigin.Run(applications, certificates, this::arrived));
    private final List<Arrived> arrived = new CopyOnWriteArrayList<>();
    private volatile Map<String, List<String>> answerHeaders = Map.of();
    private LiveWay way = new LiveWay(LiveWay.Speech.HTTP_1, null);
    private int number;

    /// @param preferHttp2 clients speak HTTP/2 also where HTTP/1.1 would do
    LiveMesh(boolean preferHttp2) {
        this.preferHttp2 = preferHttp2;
    }

    /// What came to an origin.
    ///
    /// @param name which the answer carries: a copy's answer reaches no client
    record Arrived(LiveOrigin.Place place, LiveMessage request, String name) {}

    /// Names the arrival that an answer is for.
    static final String ARRIVAL = "x-conformance-arrival";

    /// One request with its answer.
    ///
    /// @param answer null: the connection was closed instead
    /// @param seconds that it took
    record Sent(String number, @Nullable LiveMessage answer, double seconds) {}

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
        var random = new SplittableRandom(1);
        ConnectionDecision connection = asked.isHttp() ? null : now.connect(asked.connection(), random);
        way = LiveWay.of(asked, connection, preferHttp2);
        table.set(now);
        arrived.clear();
        told.clear();
        answerHeaders = asked.headers("backendResponseHeaders");
        if (way.serverName() != null && !asked.byGateway() && way.speech() != LiveWay.Speech.LINES) {
            return "https in the mesh: nobody but the application and the endpoint can read what is said";
        }
        String why = certificates.provide(mesh.compiled());
        for (int i = 0; i < 200 && why.isEmpty() && !leavesForAName(asked); i++) {
            why = way.speech() == LiveWay.Speech.LINES
                    ? whyNot(now.connect(asked.connection(), random))
                    : whyNot(now.decide(asked.head(), random));
        }
        return why;
    }

    /// To anywhere: to an address that its name server doesn't know.
    private static boolean leavesForAName(RoutingCase asked) {
        return Boolean.TRUE.equals(asked.expect().get("passthrough"))
                && asked.bareHost().matches(".*[a-z].*");
    }

    private String whyNot(Decision decision) {
        if (!(decision instanceof Decision.Forward forward)) {
            return "";
        }
        String why = origins.whyNot(forward.cluster());
        return why.isEmpty() && forward.route().fault().delayNanos() > LONGEST_DELAY.toNanos()
                ? "the rule delays for longer than a test waits"
                : why;
    }

    private String whyNot(ConnectionDecision decision) {
        return switch (decision) {
            case ConnectionDecision.Forward forward -> origins.whyNot(forward.cluster());
            case ConnectionDecision.Passthrough passthrough -> origins.whyNot(passthrough.cluster());
            case ConnectionDecision.Requests _, ConnectionDecision.Close _ -> "";
        };
    }

    private InetSocketAddress listener(RoutingCase asked) {
        String towards = asked.isHttp() || asked.byGateway() ? "" : asked.host();
        String name = (asked.byGateway() ? "gateway " : "sidecar ") + towards + ":" + asked.port();
        return listeners.computeIfAbsent(
                name,
                _ -> bound(
                        asked.byGateway()
                                ? proxy.bindGateway(ANY, asked.port())
                                : towards.isEmpty()
                                        ? proxy.bindOutbound(ANY, asked.port())
                                        : proxy.bindTowards(ANY, towards, asked.port())));
    }

    /// A request at a port of the table's own workload.
    ///
    /// @param serverName as {@link LiveWay#serverName}
    /// @return whether the application behind it answers
    boolean enter(RouteTable ofReceiver, int port, @Nullable String serverName) throws IOException {
        table.set(ofReceiver);
        var listener = listeners.computeIfAbsent("inbound :" + port, _ -> {
            InetSocketAddress application = origins.application(port);
            return bound(proxy.bindInbound(ANY, port, Map.of(port, application)));
        });
        var to = new LiveWay(LiveWay.Speech.HTTP_1, serverName);
        try (var caller = new LiveCaller(applications, certificates, listener, to, PATIENCE)) {
            LiveMessage answer = caller.ask(new RoutingCase(Map.of("host", "application"), Map.of()), "");
            return answer != null && answer.status() == 200;
        }
    }

    private static InetSocketAddress bound(Mono<DisposableServer> listening) {
        return (InetSocketAddress)
                Objects.requireNonNull(listening.block(PATIENCE), "bound").address();
    }

    /// The same several times, one after the other on one connection as long as it lasts.
    List<Sent> send(RoutingCase asked, int times) throws IOException {
        var sent = new ArrayList<Sent>();
        while (sent.size() < times) {
            try (var caller = new LiveCaller(applications, certificates, listener(asked), way, PATIENCE)) {
                LiveMessage answer;
                do {
                    String name = Integer.toString(number++);
                    long begun = System.nanoTime();
                    answer = caller.ask(asked, name);
                    sent.add(new Sent(name, answer, (System.nanoTime() - begun) / 1e9));
                } while (answer != null && sent.size() < times && caller.lasts(answer));
            }
        }
        return sent;
    }

    /// What came of these requests, mirrored ones included, which come when they come.
    ///
    /// @param expected how many are worth waiting for
    List<Arrived> arrivals(int expected) {
        long until = System.nanoTime() + SOON.toNanos();
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

    /// What the proxy says of the first request that has ended since the case began; null: nothing yet, for some time.
    @Nullable
    AccessEntry told() {
        try {
            return told.poll(SOON.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
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
        applications.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        certificates.close();
        names.close();
        loop.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block(PATIENCE);
    }
}
