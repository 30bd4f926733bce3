package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.ConnectionDecision;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.ProxyFailure;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.access.Edge;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What is known of a connection that is carried whole: where it goes and what is told of it.
final class Carried {
    private final RouteTable table;
    private final @Nullable ConnectionDecision decision;
    private final Listening.@Nullable Application application;
    private final @Nullable ProxyFailure refused;
    private final String serverName;
    private final long startNanos;
    private final long startMicros;
    private boolean begun;

    @Nullable
    Endpoint endpoint;

    @Nullable
    ProvenPeer peer;

    int tries;

    private Carried(
            Accepted accepted,
            RouteTable table,
            @Nullable ConnectionDecision decision,
            Listening.@Nullable Application application,
            @Nullable ProxyFailure refused,
            @Nullable String serverName) {
        this.table = table;
        this.decision = decision;
        this.application = application;
        this.refused = refused;
        this.serverName = serverName == null ? "" : serverName;
        this.startNanos = accepted.loop.now();
        this.startMicros = accepted.server.ports().micros();
    }

    /// To where a rule or a service says.
    static Carried out(Accepted accepted, RouteTable table, ConnectionDecision decision, @Nullable String serverName) {
        ProxyFailure refused = decision instanceof ConnectionDecision.Close close ? close.failure() : null;
        return new Carried(accepted, table, decision, null, refused, serverName);
    }

    /// To our own application.
    ///
    /// @param application null: there is none
    static Carried in(Accepted accepted, RouteTable table, Listening.@Nullable Application application) {
        ProxyFailure refused = application == null ? new ProxyFailure.NoRoute() : null;
        return new Carried(accepted, table, null, application, refused, null);
    }

    /// Why it isn't carried at all; null: it is.
    @Nullable
    ProxyFailure refused() {
        return refused;
    }

    /// Null for our own application.
    @Nullable
    Cluster cluster() {
        return switch (decision) {
            case null -> null;
            case ConnectionDecision.Forward forward -> forward.cluster();
            case ConnectionDecision.Passthrough passthrough -> passthrough.cluster();
            case ConnectionDecision.Requests _, ConnectionDecision.Close _ -> null;
        };
    }

    String clusterName() {
        Cluster cluster = cluster();
        return cluster == null ? "" : cluster.name();
    }

    @Nullable
    Endpoint application() {
        return application == null ? null : application.endpoint();
    }

    private Edge edge(Accepted accepted) {
        if (decision != null) {
            return table.edge(decision, endpoint, peer == null ? null : peer.calling());
        }
        return table.wholeEdge(
                application == null
                        ? accepted.caller.edge(table, accepted.port(), "")
                        : accepted.caller.edge(table, application.servicePort(), application.text()));
    }

    /// It is connected.
    void begun(Accepted accepted) {
        begun = true;
        accepted.server.ports().telemetry().onConnection(new ConnectionCount(edge(accepted), "-", 1, 0, 0, 0));
    }

    /// @param received octets from the caller since the last time
    void report(Accepted accepted, String flags, boolean closed, long received, long sent) {
        if (begun && (closed || received > 0 || sent > 0)) {
            accepted.server
                    .ports()
                    .telemetry()
                    .onConnection(new ConnectionCount(edge(accepted), flags, 0, closed ? 1 : 0, received, sent));
        }
    }

    /// The server name stands where a request's authority does: both are what the caller asked for.
    AccessEntry entry(Accepted accepted, long received, long sent, String flags, String details) {
        return new AccessEntry(
                edge(accepted),
                startMicros,
                TimeUnit.NANOSECONDS.toMicros(accepted.loop.now() - startNanos),
                -1,
                "-",
                "-",
                serverName,
                "TCP",
                0,
                flags,
                details,
                received,
                sent,
                tries,
                "",
                "",
                "",
                null,
                "",
                null,
                accepted.caller.remote,
                accepted.caller.local);
    }
}
