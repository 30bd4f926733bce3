package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.PortPolicy;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Which DestinationRule a client uses, and what it says for one port and subset.
///
/// @param balancing null: not said
/// @param connectTimeoutMicros null: not said
/// @param tls null: not said
record Policies(
        @Nullable LoadBalancer balancing,
        @Nullable Long connectTimeoutMicros,
        @Nullable ClientTls tls) {
    /// Where rules for the whole mesh live.
    static final String ROOT_NAMESPACE = "istio-system";

    static final Policies NOTHING_SAID = new Policies(null, null, null);

    /// Istio's `connectTimeout` of the mesh.
    private static final long CONNECT_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    LoadBalancer balancingOrDefault() {
        return balancing == null ? LoadBalancer.LEAST_REQUEST : balancing;
    }

    long connectTimeoutNanos() {
        return connectTimeoutMicros == null
                ? CONNECT_TIMEOUT_NANOS
                : TimeUnit.MICROSECONDS.toNanos(connectTimeoutMicros);
    }

    /// The client's namespace, else the service's, else the root namespace: the first that has a rule wins whole.
    static @Nullable DestinationPolicy choose(ServiceRoutes service, Workload client) {
        for (String namespace : new String[] {client.namespace(), service.getNamespace(), ROOT_NAMESPACE}) {
            DestinationPolicy found = inNamespace(service, namespace, client);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// A rule that selects the client's labels is preferred to one for everybody; it is private to its namespace.
    private static @Nullable DestinationPolicy inNamespace(ServiceRoutes service, String namespace, Workload client) {
        DestinationPolicy forEverybody = null;
        for (DestinationPolicy policy : service.getPolicies()) {
            if (!policy.getNamespace().equals(namespace)
                    || !ServiceLookup.exported(policy.getExportTo(), client.namespace())) {
                continue;
            }
            Map<String, String> selector = policy.getWorkloadSelector();
            if (selector.isEmpty()) {
                forEverybody = forEverybody == null ? policy : forEverybody;
            } else if (namespace.equals(client.namespace())
                    && client.labels().entrySet().containsAll(selector.entrySet())) {
                return policy;
            }
        }
        return forEverybody;
    }

    static @Nullable Subset subset(@Nullable DestinationPolicy policy, String name) {
        if (policy != null) {
            for (Subset subset : policy.getSubsets()) {
                if (subset.getName().equals(name)) {
                    return subset;
                }
            }
        }
        return null;
    }

    /// A subset's policy replaces its parent's field by field; a port's settings replace those of its level
    /// wholesale: what they leave out is at its default, not inherited (Istio's `MergeTrafficPolicy`).
    static Policies inForce(@Nullable DestinationPolicy policy, @Nullable Subset subset, int port) {
        Policies parent = atPort(NOTHING_SAID, policy == null ? null : policy.getTraffic(), port);
        return atPort(parent, subset == null ? null : subset.getTraffic(), port);
    }

    private static Policies atPort(Policies parent, @Nullable TrafficPolicy level, int port) {
        if (level == null) {
            return parent;
        }
        PortPolicy ofPort = level.getPorts().get(Integer.toString(port));
        if (ofPort != null) {
            return new Policies(ofPort.getLoadBalancer(), ofPort.getConnectTimeoutUs(), ofPort.getTls());
        }
        return new Policies(
                level.getLoadBalancer() == null ? parent.balancing : level.getLoadBalancer(),
                level.getConnectTimeoutUs() == null ? parent.connectTimeoutMicros : level.getConnectTimeoutUs(),
                level.getTls() == null ? parent.tls : level.getTls());
    }
}
