package dev.meltemi.proxy;

import dev.meltemi.proxy.checks.ApplicationProbe;
import dev.meltemi.proxy.checks.HealthChecks;
import dev.meltemi.proxy.names.Resolvers;
import dev.meltemi.proxy.overload.Action;
import dev.meltemi.proxy.overload.Overload;
import dev.meltemi.proxy.tls.CredentialState;
import dev.meltemi.proxy.tls.Credentials;
import dev.meltemi.proxy.tls.MeshTls;
import dev.meltemi.proxy.upstream.UpstreamPools;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.schemas.access.WorkloadLabels;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpResources;
import reactor.netty.tcp.TcpServer;

/// One proxy: the listeners of a sidecar or a gateway, and the connections behind them. Several proxies of a
/// process share event loops and nothing else.
public final class ProxyServer {
    private static final int BACKLOG = 4096;
    /// How long an idle connection that shall end stays quiet before: a request may be on its way on it.
    static final Duration QUIET = Duration.ofSeconds(1);

    private final ProxyPorts ports;
    private final ProxySettings settings;
    private final LoopResources loops;
    private final Map<EventLoop, Loop> perLoop = new ConcurrentHashMap<>();
    private final List<DisposableServer> listeners = new CopyOnWriteArrayList<>();
    private final OwnListeners sendingOn = new OwnListeners();
    private final MeshTls tls;
    private final Credentials credentials;
    private final RefusedCallers refused = new RefusedCallers();
    private final AtomicInteger open = new AtomicInteger();
    private final Sinks.Empty<Void> drained = Sinks.empty();
    private final @Nullable AddressResolverGroup<?> resolver;
    private volatile @Nullable HealthChecks checks;
    private final Overload overload;
    private final Watch watch = new Watch(this, perLoop);
    private volatile boolean sharing;
    private volatile boolean draining;
    /// The kernel hands us connections until the ports are closed.
    private volatile boolean nobodyComes;
    private volatile long lastArrival = System.nanoTime();

    /// On the event loops that Reactor Netty shares in a process, epoll where there is epoll.
    public ProxyServer(ProxyPorts ports, ProxySettings settings) {
        this(ports, settings, TcpResources.get());
    }

    public ProxyServer(ProxyPorts ports, ProxySettings settings, LoopResources loops) {
        this.ports = ports;
        this.settings = settings;
        this.loops = loops;
        this.resolver = settings.names().servers().isEmpty() ? null : Resolvers.group(settings.names(), loops);
        this.tls = new MeshTls(
                ports.identity(), ports.clock(), () -> ports.table().get().meshTls());
        this.overload = new Overload(settings.overload(), open::get);
        this.credentials = new Credentials(settings.credentials(), ports.clock());
    }

    /// Where our own application sends its requests, in origin form (Host decides) or absolute form.
    public Mono<DisposableServer> bindOutbound(InetSocketAddress address) {
        return bindOutbound(address, 0);
    }

    /// The same for connections that were on their way to a port of the addressed host, so that the authority needn't
    /// name it.
    ///
    /// @param port 0: the authority names it
    public Mono<DisposableServer> bindOutbound(InetSocketAddress address, int port) {
        Next way = Next.linked(RequestPath.outbound());
        return bind(address, Listening.of(Listening.Kind.OUTBOUND, port, way, Map.of()));
    }

    /// Where our own application sends what is for one port of one service: whatever that speaks.
    ///
    /// @param host name of the service, as the application would call it
    public Mono<DisposableServer> bindTowards(InetSocketAddress address, String host, int port) {
        Next way = Next.linked(RequestPath.outbound());
        return bind(
                address,
                Listening.of(Listening.Kind.OUTBOUND, port, way, Map.of()).towards(host));
    }

    /// Where connections end up that our own application made to anywhere, by REDIRECT rules of the packet filter;
    /// one that was made to this address is as if from {@link #bindOutbound}.
    public Mono<DisposableServer> bindIntercepted(InetSocketAddress address) {
        Next way = Next.linked(RequestPath.outbound());
        return bind(
                address, Listening.of(Listening.Kind.OUTBOUND, 0, way, Map.of()).intercepting());
    }

    /// Where others reach our own application.
    ///
    /// @param applications service port to the application's own address; a listener on one of these ports
    /// serves that one, any other goes by the port in the authority
    public Mono<DisposableServer> bindInbound(
            InetSocketAddress address, int port, Map<Integer, InetSocketAddress> applications) {
        return bind(address, inbound(port, applications));
    }

    /// The same where connections end up that others made to ports of our own application, which is reached at the
    /// address that they asked for unless `applications` says where. It has to be reached from
    /// {@link ProxySettings#applicationBindAddress}, lest the packet filter lead us back here.
    public Mono<DisposableServer> bindInterceptedInbound(
            InetSocketAddress address, int port, Map<Integer, InetSocketAddress> applications) {
        return bind(address, inbound(port, applications).intercepting());
    }

    private static Listening inbound(int port, Map<Integer, InetSocketAddress> applications) {
        var byPort = new HashMap<Integer, Listening.Application>();
        applications.forEach((servicePort, application) -> byPort.put(
                servicePort,
                new Listening.Application(
                        servicePort, new Endpoint("application", application, WorkloadLabels.NOBODY, 1))));
        Next way = Next.linked(RequestPath.inbound());
        return Listening.of(Listening.Kind.INBOUND, port, way, Map.copyOf(byPort));
    }

    /// Where a gateway takes requests from outside.
    ///
    /// @param port by which Gateway servers know the listener, which differs from the address's when ports are
    /// shifted
    public Mono<DisposableServer> bindGateway(InetSocketAddress address, int port) {
        Next way = Next.linked(RequestPath.gateway());
        return bind(address, Listening.of(Listening.Kind.GATEWAY, port, way, Map.of()));
    }

    /// Asks the endpoints of those of these clusters whose rule wants it whether they are well, until the proxy drains.
    public void check(Supplier<Collection<Cluster>> clusters) {
        EventLoop loop = loops.onClient(LoopResources.DEFAULT_NATIVE).next();
        checks = new HealthChecks(
                loop,
                new UpstreamPools(loop, loops, settings.upstream(sendingOn, tls, credentials, resolver)),
                clusters,
                new SplittableRandom(ports.random().nextLong()));
    }

    /// Asks our own application from now until it is closed.
    public ApplicationProbe probe(
            InetSocketAddress application, ApplicationProbe.Settings asked, ApplicationProbe.Listener listener) {
        EventLoop loop = loops.onClient(LoopResources.DEFAULT_NATIVE).next();
        var pools = new UpstreamPools(loop, loops, settings.upstream(sendingOn, tls, credentials, resolver));
        return new ApplicationProbe(loop, pools, application, asked, listener);
    }

    /// Questions to endpoints whether they are well, and how many of them failed.
    public Checked checked() {
        HealthChecks now = checks;
        return now == null ? new Checked(0, 0) : new Checked(now.made(), now.failed());
    }

    public record Checked(long made, long failed) {}

    /// Its listeners, from here on, take over from those of another process, which may go on with what it has.
    public void sharePorts() {
        sharing = true;
    }

    private Mono<DisposableServer> bind(InetSocketAddress address, Listening listening) {
        TcpServer server = sharing ? SharedPort.shared(TcpServer.create()) : TcpServer.create();
        return server.runOn(loops, true)
                .bindAddress(() -> address)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UpstreamPools.BUFFERED)
                .doOnChannelInit((observer, channel, remote) -> initialize(channel, listening))
                .bind()
                .cast(DisposableServer.class)
                .doOnNext(listener -> {
                    listeners.add(listener);
                    if (sharing) {
                        SharedPort.takeOver(listener);
                    }
                    watch.start();
                    if (listening.kind() != Listening.Kind.INBOUND) {
                        sendingOn.add((InetSocketAddress) listener.address());
                    }
                });
    }

    /// From here on the connection is ours: Reactor Netty has accepted it and keeps its loop.
    private void initialize(Channel channel, Listening listening) {
        Loop loop = perLoop.computeIfAbsent(channel.eventLoop(), this::loop);
        var accepted = new Accepted(this, listening, loop, channel);
        ChannelPipeline pipeline = channel.pipeline();
        if (overload.rejects(open.get() + 1)) {
            pipeline.remove(NettyPipeline.ReactiveBridge);
            accepted.reject();
            return;
        }
        var opening = new Opening(accepted);
        if (listening.kind() == Listening.Kind.INBOUND) {
            pipeline.addBefore(NettyPipeline.ReactiveBridge, "meltemi.first-bytes", new FirstBytes(opening));
        }
        pipeline.addBefore(NettyPipeline.ReactiveBridge, "meltemi.opening", opening);
        pipeline.remove(NettyPipeline.ReactiveBridge);
    }

    private Loop loop(EventLoop executor) {
        return new Loop(
                executor,
                new UpstreamPools(executor, loops, settings.upstream(sendingOn, tls, credentials, resolver)),
                ports.random().nextLong());
    }

    /// Stops accepting, finishes what is under way with `Connection: close`, closes idle connections once they
    /// have been quiet for a moment (a request may be on its way on them), and cuts off what is left when the
    /// time is up.
    ///
    /// @return completes when the ports are closed and no connection is left, often long before `grace` is over
    public Mono<Void> drain(Duration grace) {
        return Mono.defer(() -> {
            windDown();
            listeners.forEach(DisposableServer::dispose);
            Mono<Void> closed = Mono.when(
                    listeners.stream().map(DisposableServer::onDispose).toList());
            Duration quiet = grace.compareTo(QUIET.multipliedBy(4)) > 0 ? QUIET : grace.dividedBy(4);
            onEveryLoop(loop -> List.copyOf(loop.connections.values())
                    .forEach(connection -> connection.drain(loop.now() + quiet.toNanos())));
            Mono<Void> cutOff = Mono.delay(grace)
                    .doOnNext(late -> onEveryLoop(
                            loop -> List.copyOf(loop.connections.values()).forEach(CallerConnection::closeNow)))
                    .then(noneLeft());
            return Mono.firstWithSignal(closed.then(noneLeft()), cutOff).doFinally(end -> {
                watch.stop();
                onEveryLoop(loop -> loop.pools.close());
                HealthChecks checking = checks;
                if (checking != null) {
                    checking.close();
                }
                tls.close();
                if (resolver != null) {
                    resolver.close();
                }
                credentials.close();
            });
        });
    }

    private Mono<Void> noneLeft() {
        return Mono.defer(() -> {
            nobodyComes = true;
            if (open.get() == 0) {
                drained.tryEmitEmpty();
            }
            return drained.asMono();
        });
    }

    /// From now on each answer is its connection's last, so that callers go elsewhere; whoever comes is still served.
    public void windDown() {
        if (open.get() > 0) {
            lastArrival = System.nanoTime();
        }
        draining = true;
        onEveryLoop(loop -> List.copyOf(loop.connections.values()).forEach(CallerConnection::windDown));
    }

    /// Takes {@link #windDown} back, before {@link #drain}.
    public void carryOn() {
        draining = false;
    }

    /// Since the last connection or request came; where connections were open as winding down began, not longer than
    /// since then.
    public Duration quietFor() {
        return Duration.ofNanos(System.nanoTime() - lastArrival);
    }

    /// Requests are heard only while winding down.
    void arrival() {
        lastArrival = System.nanoTime();
    }

    /// An event loop has ended although nobody asked it to: whatever is on it is deaf, and so is this proxy.
    public boolean broken() {
        return watch.sawDeadLoop();
    }

    /// @param action once, should it break
    public void whenBroken(Runnable action) {
        watch.whenBroken(action);
    }

    void onEveryLoop(Consumer<Loop> action) {
        perLoop.values().stream()
                .filter(loop -> !loop.executor.isShuttingDown())
                .forEach(loop -> loop.executor.execute(() -> action.accept(loop)));
    }

    /// Connections of callers.
    public int openConnections() {
        return open.get();
    }

    /// Connections that were closed before a request of theirs was read, by kind: `plaintext`, `closed`,
    /// `no_identity`, `peer`, `handshake`, `timeout`, `left`.
    public Map<String, Long> refusedConnections() {
        return refused.counts();
    }

    /// Full handshakes that callers were spared since the identity, or their server's credential, was last replaced.
    public long resumedHandshakes() {
        return tls.resumed() + credentials.resumed();
    }

    /// The certificates of TLS that isn't the mesh's own, as far as connections have asked for them.
    public List<CredentialState> credentialStates() {
        return credentials.states();
    }

    Credentials credentials() {
        return credentials;
    }

    /// What it has too much of, and what it does about that.
    public Overload overload() {
        return overload;
    }

    RefusedCallers refused() {
        return refused;
    }

    MeshTls tls() {
        return tls;
    }

    boolean isDraining() {
        return draining;
    }

    /// Whether an answer is its connection's last.
    boolean endsConnections() {
        if (draining) {
            return true;
        }
        if (overload.closesIdle()) {
            overload.did(Action.DISABLE_HTTP_KEEPALIVE);
            return true;
        }
        return false;
    }

    /// Counts it until it closes.
    void opened(Accepted accepted) {
        open.incrementAndGet();
        arrival();
        accepted.channel.closeFuture().addListener(closed -> {
            accepted.loop.connections.remove(accepted.channel);
            if (open.decrementAndGet() == 0 && nobodyComes) {
                drained.tryEmitEmpty();
            }
        });
    }

    ProxyPorts ports() {
        return ports;
    }

    ProxySettings settings() {
        return settings;
    }
}
