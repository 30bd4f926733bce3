package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import java.util.Collection;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The endpoints that a route can send to: a host, a port and perhaps a subset. Lives across tables; its endpoints
/// change in place, as one value.
public final class Cluster {
    private final String name;
    private final Edge.Service service;
    private final long connectTimeoutNanos;
    private volatile List<Endpoint> endpoints = List.of();

    public Cluster(String name, Edge.Service service, long connectTimeoutNanos) {
        this.name = name;
        this.service = service;
        this.connectTimeoutNanos = connectTimeoutNanos;
    }

    /// Envoy's name: `outbound|9080|v1|reviews.default.svc.cluster.local`.
    public String name() {
        return name;
    }

    public Edge.Service service() {
        return service;
    }

    public long connectTimeoutNanos() {
        return connectTimeoutNanos;
    }

    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /// Chooses an endpoint, avoiding those already tried as long as another is left.
    ///
    /// @return null when the cluster has none
    public @Nullable Endpoint pick(RandomGenerator random, Collection<Endpoint> tried) {
        List<Endpoint> now = endpoints;
        return now.isEmpty() ? null : now.get(random.nextInt(now.size()));
    }

    void replace(List<Endpoint> now) {
        endpoints = List.copyOf(now);
    }
}
