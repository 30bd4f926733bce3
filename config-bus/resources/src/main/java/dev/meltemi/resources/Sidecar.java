package dev.meltemi.resources;

import dev.meltemi.resources.TrafficPolicy.ConnectionPool;
import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What workloads see of the mesh, and what becomes of requests to the rest.
///
/// @param selects whether the document has a selector, perhaps without labels: it then counts before one that has
///     none
/// @param workloadSelector labels of the workloads of its namespace that it is for; empty: all of them
/// @param egress empty: everything that is exported to the namespace is seen
/// @param outboundTraffic empty: as the mesh says
/// @param inboundPool what is let through to the application; empty: everything
/// @param portPools the same for single ports, instead of it
public record Sidecar(
        ResourceKey key,
        boolean selects,
        Map<String, String> workloadSelector,
        Optional<List<EgressListener>> egress,
        Optional<OutboundTraffic> outboundTraffic,
        Optional<ConnectionPool> inboundPool,
        Map<Integer, ConnectionPool> portPools)
        implements Resource {
    public Sidecar {
        workloadSelector = Ordered.copy(workloadSelector);
        egress = egress.map(List::copyOf);
        portPools = Map.copyOf(portPools);
    }

    /// @param port 0: every port that no other listener takes
    /// @param hosts `namespace/host` as written
    public record EgressListener(int port, List<String> hosts) {
        public EgressListener {
            hosts = List.copyOf(hosts);
        }
    }

    /// What becomes of requests to hosts that nobody declared.
    public enum OutboundTraffic {
        ALLOW_ANY,
        REGISTRY_ONLY
    }
}
