package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Subset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds the cluster of a destination, as this workload sees it.
final class Destinations {
    private final Workload self;
    private final ServiceLookup services;
    private final NamespaceModes modes;
    private final Clusters clusters;
    private final Set<Cluster> found = new HashSet<>();

    Destinations(Workload self, ServiceLookup services, NamespaceModes modes, Clusters clusters) {
        this.self = self;
        this.services = services;
        this.modes = modes;
        this.clusters = clusters;
    }

    /// A destination's cluster, or the name of the one that doesn't exist.
    sealed interface Found {
        record Existing(Cluster cluster) implements Found {}

        record Missing(String cluster, Edge.Service service) implements Found {}
    }

    /// @param calledPort stands in where the destination names none and the service has several
    Found find(Destination destination, int calledPort) {
        String host = destination.getHost();
        String subsetName = destination.getSubset();
        ServiceRoutes service = services.visible(host);
        if (service == null) {
            int port = destination.getPort() == 0 ? calledPort : destination.getPort();
            return new Found.Missing(name(port, subsetName, host), new Edge.Service(host, host, "unknown"));
        }
        int port = port(service.getPorts(), destination.getPort(), calledPort);
        DestinationPolicy policy = Policies.choose(service, self);
        Subset subset = Policies.subset(policy, subsetName);
        boolean known = service.getPorts().stream().anyMatch(each -> each.getNumber() == port)
                && (subset != null || subsetName.isEmpty());
        return known
                ? new Found.Existing(cluster(service, port, policy, subset))
                : new Found.Missing(name(port, subsetName, host), ServiceLookup.service(service));
    }

    /// What a route retries that says nothing of it.
    Retries defaultRetries() {
        return services.defaults().retries();
    }

    /// What TLS may be that isn't the mesh's own.
    TlsBounds otherTls() {
        return services.defaults().otherTls();
    }

    /// A service's own cluster at one of its ports.
    Cluster whole(ServiceRoutes service, int port) {
        return cluster(service, port, Policies.choose(service, self), null);
    }

    /// Every cluster of one of the mesh's own services, its subsets among them; none of what is outside, or not seen.
    List<Cluster> allOf(String host) {
        ServiceRoutes service = services.visible(host);
        if (service == null || service.getExternal()) {
            return List.of();
        }
        DestinationPolicy policy = Policies.choose(service, self);
        var all = new ArrayList<Cluster>();
        for (ServicePort port : service.getPorts()) {
            if (!port.getProtocol().equals("UDP")) {
                all.add(cluster(service, port.getNumber(), policy, null));
                if (policy != null) {
                    policy.getSubsets().forEach(subset -> all.add(cluster(service, port.getNumber(), policy, subset)));
                }
            }
        }
        return all;
    }

    private Cluster cluster(
            ServiceRoutes service, int port, @Nullable DestinationPolicy policy, @Nullable Subset subset) {
        PolicyInForce inForce =
                Policies.inForce(policy, subset, port, services.defaults().traffic(), Policies.backend(service, port));
        Cluster cluster = clusters.define(
                name(port, subset == null ? "" : subset.getName(), service.getHost()),
                new Cluster.Definition(
                        ServiceLookup.service(service),
                        port,
                        origin(service, inForce.balancing()),
                        inForce,
                        tls(service, inForce),
                        service.getOthers().isEmpty() ? "" : service.getNamespace(),
                        UpstreamHttp.of(
                                protocol(service, port),
                                inForce.pool(),
                                self.gateway(),
                                services.defaults().upgradesToHttp2()),
                        origination(service, inForce)));
        found.add(cluster);
        return cluster;
    }

    /// As it is declared; empty: it isn't.
    static String protocol(ServiceRoutes service, int port) {
        for (ServicePort each : service.getPorts()) {
            if (each.getNumber() == port) {
                return each.getProtocol();
            }
        }
        return "";
    }

    /// A rule's word comes first; without one, who is known to take plaintext only gets it (Istio:
    /// `buildUpstreamTLSSettings`).
    private Cluster.Tls tls(ServiceRoutes service, PolicyInForce inForce) {
        if (service.getExternal()) {
            return Cluster.Tls.DISABLED;
        }
        return switch (inForce.tls()) {
            case DISABLE, SIMPLE, MUTUAL -> Cluster.Tls.DISABLED;
            case ISTIO_MUTUAL, UNKNOWN -> Cluster.Tls.MUTUAL;
            case null -> modes.takesPlaintextOnly(service.getNamespace()) ? Cluster.Tls.DISABLED : Cluster.Tls.AUTO;
        };
    }

    private @Nullable TlsOrigination origination(ServiceRoutes service, PolicyInForce inForce) {
        return switch (inForce.tls()) {
            case SIMPLE, MUTUAL ->
                TlsOrigination.of(
                        inForce.tls() == ClientTls.MUTUAL,
                        inForce.tlsSettings(),
                        service.getHost(),
                        service.getSubjectAltNames(),
                        services.defaults().otherTls());
            case DISABLE, ISTIO_MUTUAL, UNKNOWN -> null;
            case null -> null;
        };
    }

    /// Every cluster that was found.
    Set<Cluster> found() {
        return found;
    }

    /// A wildcard has no address of its own: what it resolves is the name that the caller asked for.
    private static Cluster.Origin origin(ServiceRoutes service, LoadBalancer balancing) {
        if (balancing == LoadBalancer.PASSTHROUGH) {
            return Cluster.Origin.CALLER;
        }
        return switch (service.getResolution()) {
            case PASSTHROUGH -> Cluster.Origin.CALLER;
            case DNS -> {
                if (service.getHost().startsWith("*")) {
                    yield Cluster.Origin.CALLER;
                }
                yield service.getOneAddress() ? Cluster.Origin.ONE_ADDRESS : Cluster.Origin.NAME;
            }
            case ENDPOINTS, UNKNOWN -> Cluster.Origin.ENDPOINTS;
        };
    }

    private static int port(List<ServicePort> ports, int wanted, int calledPort) {
        if (wanted != 0) {
            return wanted;
        }
        return ports.size() == 1 ? ports.getFirst().getNumber() : calledPort;
    }

    private static String name(int port, String subset, String host) {
        return "outbound|" + port + "|" + subset + "|" + host;
    }
}
