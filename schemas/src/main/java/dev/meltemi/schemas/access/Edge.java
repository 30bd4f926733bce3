package dev.meltemi.schemas.access;

import dev.meltemi.schemas.Revision;
import org.jspecify.annotations.Nullable;

/// Everything about a request that was known before it came: who calls whom by which rule, route and endpoint, under
/// which revision.
/// Made once and shared by all requests that take the same way, so that writers can keep what they derive from it:
/// instances compare by identity.
///
/// Strings are Istio's label values; `destinationService` is the fully qualified host.
public final class Edge {
    public enum Reporter {
        source,
        destination
    }

    private final Reporter reporter;
    private final WorkloadLabels source;
    private final WorkloadLabels destination;
    private final Service service;
    private final Way way;
    private final Revision revision;
    private volatile @Nullable Edge grpc;

    /// @param name short name of the service, or PassthroughCluster, BlackHoleCluster, InboundPassthroughCluster
    public record Service(String host, String name, String namespace) {
        public static final Service UNKNOWN = new Service("unknown", "unknown", "unknown");
    }

    /// @param rule `VirtualService/namespace/name`, empty when the service's own default route was taken
    /// @param upstreamHost `address:port`, empty when no endpoint was chosen
    /// @param connectionSecurityPolicy unknown, none or mutual_tls
    public record Way(
            String rule,
            String routeName,
            String upstreamCluster,
            String upstreamHost,
            String requestProtocol,
            String connectionSecurityPolicy) {
        Way asGrpc() {
            return new Way(rule, routeName, upstreamCluster, upstreamHost, "grpc", connectionSecurityPolicy);
        }
    }

    public Edge(
            Reporter reporter,
            WorkloadLabels source,
            WorkloadLabels destination,
            Service service,
            Way way,
            Revision revision) {
        this.reporter = reporter;
        this.source = source;
        this.destination = destination;
        this.service = service;
        this.way = way;
        this.revision = revision;
    }

    public Reporter reporter() {
        return reporter;
    }

    public WorkloadLabels source() {
        return source;
    }

    public WorkloadLabels destination() {
        return destination;
    }

    public Service service() {
        return service;
    }

    public Way way() {
        return way;
    }

    public Revision revision() {
        return revision;
    }

    /// The same way taken by calls of gRPC: always the same instance.
    public Edge asGrpc() {
        Edge known = grpc;
        if (known == null) {
            synchronized (this) {
                known = grpc;
                if (known == null) {
                    known = new Edge(reporter, source, destination, service, way.asGrpc(), revision);
                    grpc = known;
                }
            }
        }
        return known;
    }
}
