package dev.meltemi.sidecar;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.signed.SignedBus;
import dev.meltemi.export.IstioMetrics;
import dev.meltemi.proxy.ProxyPorts;
import dev.meltemi.proxy.ProxyServer;
import dev.meltemi.proxy.ProxySettings;
import dev.meltemi.proxy.checks.ApplicationProbe;
import dev.meltemi.proxy.names.LiveNames;
import dev.meltemi.proxy.overload.OverloadSettings;
import dev.meltemi.proxy.tls.CredentialState;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.Revision;
import dev.meltemi.sidecar.admin.CertificateState;
import dev.meltemi.sidecar.admin.HttpPort;
import dev.meltemi.sidecar.admin.Pages;
import dev.meltemi.sidecar.admin.ProxyState;
import dev.meltemi.sidecar.config.ConfigFollower;
import dev.meltemi.sidecar.config.RunningConfig;
import dev.meltemi.sidecar.config.StaticConfig;
import dev.meltemi.telemetry.AccessLog;
import dev.meltemi.workload.WorkloadIdentity;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/// One proxy beside an application, or a gateway: brings the buses to the proxy's ports. Several may run in one
/// process.
///
/// ```
///  STARTING ──first table──▶ READY ──close, SIGTERM, /drain──▶ DRAINING ──no connection left, or time is up──▶ ENDED
///             READY ◀──/undrain── DRAINING
/// ```
public final class Sidecar implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);
    private final SidecarSettings settings;
    private final Workload self;
    private final Instant startedAt;
    private final RunningConfig config;
    private final Telemetry telemetry;
    private final ProxyServer proxy;
    private final @Nullable WorkloadIdentity identity;
    private final LiveNames names;
    private final Listeners listeners;
    private final List<HttpPort> pages = new ArrayList<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable ConfigFollower follower;
    private volatile @Nullable Presence presence;
    private @Nullable ApplicationProbe probe;
    private volatile boolean applicationHealthy;
    /// Written by whoever changes the configuration, one at a time.
    private volatile List<String> closed = List.of();

    private Sidecar(SidecarSettings settings, SidecarWorld world) {
        this.settings = settings;
        this.startedAt = world.clock().instant();
        this.self = settings.who().as(startedAt.toEpochMilli());
        this.config = new RunningConfig(self);
        this.telemetry = telemetry(self, world);
        this.identity = world.workload();
        var behaviour = callsFromItsAddress(settings)
                ? ProxySettings.DEFAULT.withUpstreamBindAddress(
                        settings.listen().address())
                : ProxySettings.DEFAULT;
        if (settings.listen().intercepts()) {
            behaviour = behaviour.withApplicationBindAddress(Listeners.TO_APPLICATION);
        }
        this.names = new LiveNames(
                settings.names(),
                world.loops(),
                new SplittableRandom(world.random().nextLong()),
                (name, addresses) -> config.clusters().resolved(name, addresses));
        config.clusters().findNamesWith(names::follow);
        this.proxy = new ProxyServer(
                new ProxyPorts(config, telemetry, world.clock(), world.random(), world.identity()),
                behaviour
                        .with(overload(settings.maxConnections()))
                        .with(settings.names())
                        .withCredentials(settings.credentials().orElse(null)),
                world.loops());
        telemetry.follow(names);
        var news = new HealthNews(telemetry::tell, System::nanoTime);
        config.clusters().tellHealthTo(news);
        proxy.check(() -> config.clusters().byName().values());
        telemetry.follow(news);
        telemetry.follow(proxy);
        proxy.whenBroken(() -> Thread.ofPlatform().name("broken-" + self.name()).start(this::close));
        this.applicationHealthy = settings.probe().isEmpty();
        telemetry.followApplication(() -> applicationHealthy);
        this.listeners = new Listeners(proxy, settings.listen(), this::tell);
    }

    private static OverloadSettings overload(OptionalInt maxConnections) {
        return maxConnections.isPresent()
                ? OverloadSettings.of(maxConnections.getAsInt())
                : OverloadSettings.ofThisProcess();
    }

    private static Telemetry telemetry(Workload self, SidecarWorld world) {
        var metrics = new IstioMetrics(IstioMetrics.Settings.of(Version.CURRENT), world.clock());
        var connection = world.telemetry();
        return new Telemetry(
                metrics,
                connection == null ? null : AccessLog.start(AccessLog.Settings.of(self.instance(), connection)));
    }

    /// On loopback every instance has an address of its own, by which others know who calls. 127.0.0.1 is
    /// nobody's.
    private static boolean callsFromItsAddress(SidecarSettings settings) {
        return settings.listen().isLoopback() && !settings.listen().address().equals("127.0.0.1");
    }

    /// Opens the ports and begins to follow the bus; returns before there is a table, see {@link #ready}, unless it
    /// takes over from another process, which it can only do when it serves.
    ///
    /// @throws dev.meltemi.sidecar.config.StartException when a port can't be had or the folder of a static
    /// configuration has faults
    public static Sidecar start(SidecarSettings settings, SidecarWorld world) {
        var sidecar = new Sidecar(settings, world);
        try {
            sidecar.open(world);
            return sidecar;
        } catch (RuntimeException e) {
            sidecar.end();
            throw e;
        }
    }

    /// What is known already comes first: a last-known-good file is read and the ports are opened before anything
    /// that talks to Kafka is made, which takes a start most of its time.
    private void open(SidecarWorld world) {
        if (settings.listen().handOver()) {
            proxy.sharePorts();
        }
        if (settings.who().gateway()) {
            config.onChange(() -> listeners.follow(config.get().listeners()));
        }
        config.onChange(this::tell);
        config.onChange(this::tellClosed);
        if (identity != null) {
            identity.onChange(this::tell);
            telemetry.follow(identity, world.clock());
        }
        var bus = settings.config().resources().isPresent() ? null : world.bus();
        if (bus != null) {
            follow(bus, world);
        }
        if (!settings.listen().handOver()) {
            openPorts(world.loops());
        }
        settings.probe()
                .ifPresent(asked -> probe = proxy.probe(
                        new InetSocketAddress(
                                settings.listen().local(), settings.listen().application()),
                        asked,
                        this::applicationChanged));
        if (settings.config().resources().isPresent()) {
            config.run(
                    Revision.NONE,
                    StaticConfig.compile(settings.config().resources().get()),
                    false,
                    List.of());
        } else if (bus != null) {
            appear(bus, world);
        } else {
            throw new IllegalArgumentException("a proxy needs a bus or a folder of resources");
        }
        if (settings.listen().handOver()) {
            awaitServing();
            openPorts(world.loops());
        }
    }

    private void follow(MeshBus bus, SidecarWorld world) {
        var following = settings.config();
        var followed = ConfigFollower.start(
                bus,
                new ConfigFollower.Settings(
                        self.name(),
                        following.state(),
                        following.busPatience(),
                        following.oldestFile(),
                        following.adoptNewBus()),
                config,
                world.clock());
        telemetry.follow(followed);
        follower = followed;
    }

    /// The mesh is told that we are there.
    private void appear(MeshBus bus, SidecarWorld world) {
        var records = new PresenceRecords(settings, self);
        presence = Presence.start(
                SignedBus.signing(bus, world.identity(), world.clock()),
                world.identity(),
                () -> records.registration(world.identity().get(), applicationHealthy),
                () -> records.heartbeat(
                        world.clock().instant(),
                        world.identity().get(),
                        config.summary(),
                        listeners.refusals(),
                        telemetry.counters(),
                        draining.get()));
        if (identity != null) {
            identity.follow(bus);
        }
    }

    /// Who is taken over from serves for as long as that takes.
    private void awaitServing() {
        Flux.interval(Duration.ofMillis(20))
                .takeUntil(look -> config.serves() && identified())
                .blockLast();
    }

    private void openPorts(LoopResources loops) {
        var listen = settings.listen();
        boolean shared = listen.handOver();
        var shown = new Pages(new State());
        if (!settings.who().gateway()) {
            listeners.openSidecar(settings.who().services());
        }
        pages.add(HttpPort.open(
                loops, "admin-port", listen.local(), listen.ports().admin(), shared, shown::admin));
        pages.add(HttpPort.open(
                loops, "metrics-port", listen.address(), listen.ports().metrics(), shared, shown::prometheus));
        // the last one: a table may be there already, and who is told "ready" comes at once
        pages.add(HttpPort.open(
                loops, "health-port", listen.address(), listen.ports().health(), shared, shown::health));
    }

    /// Once for each change of the scopes because of which nobody gets in.
    private void tellClosed() {
        List<String> now = config.get().closed();
        if (!now.equals(closed)) {
            closed = now;
            telemetry.tell(
                    now.isEmpty() ? "access_open" : "access_closed",
                    now.isEmpty() ? "" : "nobody gets in: " + String.join(", ", now) + " can't be read");
        }
    }

    private void applicationChanged(boolean healthy, String why) {
        applicationHealthy = healthy;
        telemetry.tell(healthy ? "application_healthy" : "application_unhealthy", why);
        LOG.info("event={} why=\"{}\"", healthy ? "application-healthy" : "application-unhealthy", why);
        var telling = presence;
        if (telling != null) {
            telling.registrationChanged();
        }
    }

    private void tell() {
        var telling = presence;
        if (telling != null) {
            telling.changed();
        }
    }

    public String instance() {
        return self.instance();
    }

    /// A table is there, from the bus, a folder or a file, its access rules can be read, its ports are open,
    /// it has the identity that it shall have, and it isn't draining.
    public boolean ready() {
        return config.serves() && listeners.settled() && identified() && !draining.get() && !broken();
    }

    /// A proxy that shall have an identity and has none, or an expired one, isn't ready: identity fails closed.
    private boolean identified() {
        return identity == null || identity.valid();
    }

    public RunningConfig.Summary running() {
        return config.summary();
    }

    /// `address:port` of each open listener by what it is for.
    public Map<String, String> listeners() {
        return listeners.addresses();
    }

    /// Readiness off, registration withdrawn, and each answer its connection's last; who is still sent here is served.
    public void drain() {
        if (draining.compareAndSet(false, true)) {
            LOG.info("event=draining instance={}", instance());
            telemetry.tell("draining", "");
            var leaving = presence;
            if (leaving != null) {
                leaving.leave();
            }
            proxy.windDown();
        }
    }

    /// Takes {@link #drain} back, unless it ends already.
    public void undrain() {
        if (!closing.get() && draining.compareAndSet(true, false)) {
            LOG.info("event=undrained instance={}", instance());
            telemetry.tell("undrained", "");
            proxy.carryOn();
            var staying = presence;
            if (staying != null) {
                staying.stay();
            }
        }
    }

    /// An event loop died, so that it had to end: only a new process helps.
    public boolean broken() {
        return proxy.broken();
    }

    /// Drains, waits for what is under way, and ends; at once when there is nothing.
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitEnd();
            return;
        }
        drain();
        try {
            var known = presence == null ? Mono.<Void>empty() : Farewell.heard(proxy, settings.drain());
            known.then(proxy.drain(settings.drain())).block(settings.drain().plusSeconds(2));
        } catch (RuntimeException e) {
            LOG.warn("event=drain-failed instance={} why=\"{}\" next=\"it ends anyway\"", instance(), e.toString());
        } finally {
            end();
        }
    }

    private void end() {
        if (follower != null) {
            follower.close();
        }
        if (presence != null) {
            presence.close();
        }
        names.close();
        if (probe != null) {
            probe.close();
        }
        telemetry.close();
        pages.forEach(HttpPort::close);
        LOG.info("event=ended instance={}", instance());
        ended.countDown();
    }

    /// Waits until it has ended.
    public void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class State implements ProxyState {
        @Override
        public String instance() {
            return self.instance();
        }

        @Override
        public RunningConfig config() {
            return config;
        }

        @Override
        public IstioMetrics metrics() {
            return telemetry.metrics();
        }

        @Override
        public boolean identified() {
            return Sidecar.this.identified();
        }

        @Override
        public Optional<CertificateState> certificate() {
            return Optional.ofNullable(identity).map(CertificateState::of);
        }

        @Override
        public List<CredentialState> credentials() {
            return proxy.credentialStates();
        }

        @Override
        public boolean draining() {
            return draining.get();
        }

        @Override
        public Map<String, String> listeners() {
            return listeners.addresses();
        }

        @Override
        public Map<String, Long> counters() {
            var counters = new TreeMap<String, Long>();
            var told = telemetry.counters();
            counters.put("telemetry.sent", told.sent());
            counters.put("telemetry.dropped", told.dropped());
            counters.put("telemetry.waiting", told.waiting());
            counters.put("downstream.connections", (long) proxy.openConnections());
            proxy.overload().figures().forEach((name, value) -> counters.put("overload." + name, value));
            proxy.refusedConnections().forEach((why, count) -> counters.put("downstream.refused." + why, count));
            counters.put("downstream.tls.resumed", proxy.resumedHandshakes());
            counters.put(
                    "tls.credentials.unusable",
                    proxy.credentialStates().stream()
                            .filter(state -> !state.trouble().isEmpty())
                            .count());
            return counters;
        }

        @Override
        public void drain() {
            Thread.ofPlatform().name("drain-" + self.name()).start(Sidecar.this::drain);
        }

        @Override
        public void undrain() {
            Thread.ofPlatform().name("undrain-" + self.name()).start(Sidecar.this::undrain);
        }

        @Override
        public void quit() {
            Thread.ofPlatform().name("quit-" + self.name()).start(Sidecar.this::close);
        }
    }
}
