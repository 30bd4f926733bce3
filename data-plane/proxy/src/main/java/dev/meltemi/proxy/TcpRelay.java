package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.upstream.Dial;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.routing.Breakers;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.FailureWords;
import dev.meltemi.routing.PoolLimits;
import dev.meltemi.routing.ProxyFailure;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A caller's connection that is carried whole to one endpoint: octets both ways as they come, the end of each side
/// and a reset passed on as what they are. Both connections are on one event loop.
///
/// ```
/// dialling ──connected──▶ carrying ──both sides ended──▶ over
///    │ next endpoint ▲        │ reset, idle, too old        ▲
///    └───────────────┘        └─────────────────────────────┘
/// ```
final class TcpRelay implements CallerConnection, Dial.User {
    /// Endpoints that are tried: nothing has been sent to one that can't be reached.
    private static final int MOST_TRIES = 3;

    /// Between reports of a connection that moves octets, as Istio's `tcp_reporting_duration`.
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(15);

    private static final Duration IDLE = Duration.ofHours(1);
    private static final String ENDED = "-";

    final Carried carried;
    private final Accepted accepted;
    private final RelaySide callerSide;
    private final Deadline deadline;
    private final List<Endpoint> tried = new ArrayList<>();
    private @Nullable RelaySide endpointSide;
    private @Nullable Dial dial;
    private @Nullable Endpoint endpoint;
    private boolean counted;
    private boolean over;
    private long oldAt = PoolLimits.NEVER;
    private long reportedAt;
    private long reportedIn;
    private long reportedOut;

    TcpRelay(Accepted accepted, Carried carried) {
        this.accepted = accepted;
        this.carried = carried;
        this.callerSide = new RelaySide(this);
        this.deadline = new Deadline(accepted.loop.executor, this::expired);
    }

    /// Takes the connection over.
    ///
    /// @param opening to be replaced
    void begin(ChannelHandlerContext opening) {
        accepted.loop.connections.put(accepted.channel, this);
        opening.pipeline().replace(opening.name(), "meltemi.caller", callerSide);
        callerSide.pauseReading();
        reportedAt = accepted.loop.now();
        ProxyFailure refused = carried.refused();
        if (refused != null) {
            fail(refused, FailureWords.of(refused).flag());
        } else {
            dial();
        }
    }

    private void dial() {
        Endpoint picked = pick();
        if (picked == null) {
            fail(new ProxyFailure.NoHealthyEndpoint(carried.clusterName()), "UH");
            return;
        }
        Cluster cluster = carried.cluster();
        Breakers.Taken taken =
                cluster == null ? Breakers.Taken.UNLIMITED : cluster.breakers().takeConnection(false);
        if (taken == Breakers.Taken.REFUSED) {
            fail(new ProxyFailure.Overflow("connections"), "UO");
            return;
        }
        counted = taken == Breakers.Taken.COUNTED;
        endpoint = picked;
        carried.endpoint = picked;
        carried.tries++;
        picked.begin();
        tried.add(picked);
        int started = carried.tries;
        Dial made = accepted.loop.pools.dial(picked, cluster, connectTimeoutNanos(), this);
        if (!over && carried.tries == started && endpointSide == null && endpoint != null) {
            dial = made;
        }
    }

    private @Nullable Endpoint pick() {
        Cluster cluster = carried.cluster();
        if (cluster == null) {
            return carried.application();
        }
        if (cluster.detectsOutliers()) {
            cluster.sweep(accepted.loop.now());
        }
        return cluster.pick(accepted.loop.random, tried);
    }

    private long connectTimeoutNanos() {
        Cluster cluster = carried.cluster();
        return cluster == null
                ? accepted.server.settings().timeouts().connect().toNanos()
                : cluster.connectTimeoutNanos();
    }

    @Override
    public void onConnected(ChannelHandlerContext context, @Nullable ProvenPeer peer) {
        dial = null;
        carried.peer = peer;
        var there = new RelaySide(this);
        endpointSide = there;
        context.pipeline().replace(context.name(), "meltemi.endpoint", there);
        long now = accepted.loop.now();
        Cluster cluster = carried.cluster();
        if (cluster != null && cluster.detectsOutliers() && endpoint != null) {
            cluster.onAnswer(endpoint, 200, now);
        }
        long most = limits().maxConnectionNanos();
        oldAt = most > 0 ? now + most : PoolLimits.NEVER;
        carried.begun(accepted);
        moved();
        callerSide.pairWith(there);
        there.pairWith(callerSide);
    }

    private PoolLimits limits() {
        Cluster cluster = carried.cluster();
        return cluster == null ? PoolLimits.NONE : cluster.breakers().limits();
    }

    @Override
    public void onFailure(Failure failure) {
        dial = null;
        Endpoint where = endpoint;
        letGo();
        Cluster cluster = carried.cluster();
        if (failure.isEndpoints() && cluster != null && where != null) {
            cluster.onLocalFailure(where, accepted.loop.now());
        }
        if (failure.isEndpoints() && tried.size() < MOST_TRIES && hasAnother(cluster)) {
            dial();
        } else {
            ProxyFailure told = RetryRules.failure(failure, false);
            String flag = FailureWords.of(told).flag();
            fail(told, flag.equals("UF") ? "UF,URX" : flag);
        }
    }

    private boolean hasAnother(@Nullable Cluster cluster) {
        return cluster != null && cluster.endpoints().stream().anyMatch(each -> !tried.contains(each));
    }

    boolean isOver() {
        return over;
    }

    /// Something was read or written.
    void moved() {
        if (over) {
            return;
        }
        long now = accepted.loop.now();
        Long said = limits().tcpIdleTimeoutNanos();
        long idle = said == null ? IDLE.toNanos() : said;
        long idleAt = idle == 0 ? PoolLimits.NEVER : now + idle;
        if (idleAt == PoolLimits.NEVER && oldAt == PoolLimits.NEVER) {
            deadline.clear();
        } else {
            deadline.set(Math.min(idleAt, oldAt));
        }
        if (now - reportedAt > REPORT_NANOS) {
            reportedAt = now;
            report(ENDED, false);
        }
    }

    private void expired() {
        if (accepted.loop.now() >= oldAt) {
            end("DT", "max_connection_duration");
        } else {
            end(ENDED, "idle_timeout");
        }
    }

    void sideEnded() {
        if (!over && callerSide.isThrough() && endpointSide != null && endpointSide.isThrough()) {
            end(ENDED, "");
        }
    }

    /// A side is gone without having ended what it said: the other has to hear exactly that.
    void broken(RelaySide side, String why) {
        if (over) {
            return;
        }
        boolean callers = side.equals(callerSide);
        RelaySide there = callers ? endpointSide : callerSide;
        tell(callers ? "DC" : "UC", (callers ? "downstream_reset|" : "upstream_reset|") + why.replace(' ', '_'));
        if (there != null) {
            there.reset();
        }
        side.close();
    }

    private void fail(ProxyFailure failure, String flags) {
        end(flags, FailureWords.of(failure).details());
    }

    private void end(String flags, String details) {
        tell(flags, details);
        if (endpointSide != null) {
            endpointSide.close();
        }
        callerSide.close();
    }

    private void tell(String flags, String details) {
        if (over) {
            return;
        }
        over = true;
        deadline.cancel();
        if (dial != null) {
            dial.cancel();
            dial = null;
        }
        report(flags, true);
        accepted.server.ports().telemetry().offer(carried.entry(accepted, octetsIn(), octetsOut(), flags, details));
        letGo();
    }

    private void report(String flags, boolean closed) {
        long in = octetsIn();
        long out = octetsOut();
        carried.report(accepted, flags, closed, in - reportedIn, out - reportedOut);
        reportedIn = in;
        reportedOut = out;
    }

    private long octetsIn() {
        return callerSide.octets();
    }

    private long octetsOut() {
        return endpointSide == null ? 0 : endpointSide.octets();
    }

    private void letGo() {
        if (endpoint != null) {
            endpoint.end();
            endpoint = null;
        }
        Cluster cluster = carried.cluster();
        if (counted && cluster != null) {
            counted = false;
            cluster.breakers().endConnection();
        }
    }

    /// Nobody can be asked to finish: it goes on until the time is up.
    @Override
    public void drain(long quietUntil) {}

    @Override
    public void closeNow() {
        end(ENDED, "drain_time_is_up");
    }
}
