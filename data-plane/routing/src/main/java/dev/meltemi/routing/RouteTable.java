package dev.meltemi.routing;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Everything that a proxy needs to decide, for one workload and one revision. Immutable; a request reads it once and
/// keeps it to its end.
@SuppressWarnings("DoNotCallSuggester")
public final class RouteTable {
    private final Workload self;
    private final Revision revision;

    private RouteTable(Workload self, Revision revision) {
        this.self = self;
        this.revision = revision;
    }

    /// Specialises compiled services for one workload: its labels, namespace, scope, and its side of each condition.
    ///
    /// @param previous shares every host that didn't change
    public static RouteTable of(
            Workload self, Revision revision, Compiled compiled, Clusters clusters, @Nullable RouteTable previous) {
        return new RouteTable(self, revision);
    }

    public Revision revision() {
        return revision;
    }

    public Workload self() {
        return self;
    }

    /// For a sidecar by authority (Host), for a gateway by listener port and authority.
    /// No allocation when the answer is a `Forward` known when the table was built.
    public Decision decide(RequestHead request, RandomGenerator random) {
        return new Decision.Refuse(new ProxyFailure.NoRoute());
    }

    /// What this workload serves at a port; for a port that no service of its names, an inbound pass-through under the
    /// name `InboundPassthroughCluster`.
    public Inbound inbound(int port) {
        return new Inbound("inbound|" + port + "||", Edge.Service.UNKNOWN);
    }

    /// Ports on which a gateway has to listen, from its Gateways' servers; empty for a sidecar.
    public List<Listener> listeners() {
        return List.of();
    }

    /// Who has that IP address, {@link WorkloadLabels#NOBODY} when nobody registered it.
    public WorkloadLabels peer(String address) {
        return WorkloadLabels.NOBODY;
    }

    /// The edge for telemetry, made once for each forward and endpoint.
    public Edge edge(Decision.Forward forward, @Nullable Endpoint endpoint) {
        throw new IllegalStateException("not written yet: " + forward + endpoint);
    }

    public record Inbound(String cluster, Edge.Service service) {}

    /// @param bind address, empty for the gateway's own
    public record Listener(String bind, int port, String protocol) {}
}
