package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What a Sidecar lets through to its application: one pool for each port of the workload, and one saying for the
/// ports that have none of their own.
final class InboundPools {
    private final @Nullable PolicyInForce otherwise;
    private final Map<Integer, PolicyInForce> byPort;
    private final Clusters clusters;
    /// Of ports that were asked for.
    private final Map<Integer, Cluster> found = new ConcurrentHashMap<>();

    /// @param otherwise null: no limit
    private InboundPools(@Nullable PolicyInForce otherwise, Map<Integer, PolicyInForce> byPort, Clusters clusters) {
        this.otherwise = otherwise;
        this.byPort = byPort;
        this.clusters = clusters;
    }

    static InboundPools of(@Nullable Settings sidecar, Clusters clusters) {
        if (sidecar == null) {
            return new InboundPools(null, Map.of(), clusters);
        }
        var byPort = new HashMap<Integer, PolicyInForce>();
        sidecar.getInboundPortPools().forEach((port, pool) -> byPort.put(Integer.parseInt(port), policy(pool)));
        ConnectionPool said = sidecar.getInboundPool();
        return new InboundPools(said == null ? null : policy(said), byPort, clusters);
    }

    private static PolicyInForce policy(ConnectionPool pool) {
        return Policies.alone(TrafficPolicy.newBuilder()
                .setPorts(Map.of())
                .setTls(ClientTls.DISABLE)
                .setConnectionPool(pool)
                .build());
    }

    /// @param port of the workload
    /// @return null: no limit
    @Nullable
    Cluster at(int port) {
        Cluster known = found.get(port);
        if (known != null) {
            return known;
        }
        PolicyInForce policy = byPort.getOrDefault(port, otherwise);
        return policy == null ? null : found.computeIfAbsent(port, first -> clusters.inbound(first, policy));
    }

    /// A cluster of nobody's endpoints, for its counts.
    static Cluster.Definition definition(int port, PolicyInForce policy) {
        return new Cluster.Definition(
                Edge.Service.UNKNOWN,
                port,
                Cluster.Origin.CALLER,
                policy,
                Cluster.Tls.DISABLED,
                "",
                UpstreamHttp.of("", policy.pool(), false, false));
    }
}
