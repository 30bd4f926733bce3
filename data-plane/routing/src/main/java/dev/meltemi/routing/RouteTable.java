package dev.meltemi.routing;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Everything that a proxy needs to decide, for one workload and one revision. Immutable; a request reads it
/// once and keeps it to its end. What endpoints there are is not the table's: {@link Clusters} change in place.
public final class RouteTable {
    static final String INBOUND_PASSTHROUGH = "InboundPassthroughCluster";

    private final Workload self;
    private final Revision revision;
    private final Clusters clusters;
    private final Hosts hosts;
    private final AuthorityCache authorities;
    private final Edges edges;
    private final InboundAccess access;
    private final long protocolDetectionTimeoutNanos;
    private final Entrance entrance;
    private final TlsBounds meshTls;
    private final InboundPools inboundPools;

    private RouteTable(
            Workload self,
            Revision revision,
            Clusters clusters,
            Hosts hosts,
            Edges edges,
            InboundAccess access,
            MeshDefaults defaults,
            Entrance entrance,
            InboundPools inboundPools) {
        this.self = self;
        this.revision = revision;
        this.clusters = clusters;
        this.hosts = hosts;
        this.authorities = new AuthorityCache(hosts);
        this.edges = edges;
        this.access = access;
        Long micros = defaults.protocolDetectionMicros();
        this.protocolDetectionTimeoutNanos = micros == null ? 0 : TimeUnit.MICROSECONDS.toNanos(micros);
        this.entrance = entrance;
        this.inboundPools = inboundPools;
        this.meshTls = defaults.meshTls();
    }

    /// Specialises compiled services for one workload: its labels, namespace, scope, and its side of each
    /// condition. Brings `clusters` up to date with it, endpoints included.
    ///
    /// @param clusters of the proxy, the same for all its tables
    /// @param previous shares every host that didn't change
    public static RouteTable of(
            Workload self, Revision revision, Compiled compiled, Clusters clusters, @Nullable RouteTable previous) {
        clusters.belongTo(self);
        clusters.replace(compiled.endpoints());
        var modes = NamespaceModes.of(compiled.access());
        var scope = Scope.of(self, compiled.settings().values(), compiled.routes());
        Hosts hosts = self.gateway()
                ? GatewayHosts.of(self, compiled.routes(), compiled.gateways().values(), modes, scope, clusters)
                : OutboundHosts.of(
                        self, scope, compiled.routes(), modes, clusters, shareable(previous, self, clusters));
        clusters.refreshNamesAfter(scope.defaults().nameRefresh());
        clusters.retain(hosts.clusters());
        return new RouteTable(
                self,
                revision,
                clusters,
                hosts,
                new Edges(self, revision, clusters, compiled.routes()),
                InboundAccess.of(self, compiled.access(), modes),
                scope.defaults(),
                Entrance.of(Scope.mesh(compiled.settings().values())),
                InboundPools.of(
                        self.gateway()
                                ? null
                                : Scope.sidecar(self, compiled.settings().values()),
                        clusters));
    }

    @SuppressWarnings("ReferenceEquality") // routes lead to cluster objects
    private static @Nullable OutboundHosts shareable(@Nullable RouteTable previous, Workload self, Clusters clusters) {
        return previous != null
                        && previous.clusters == clusters
                        && previous.self.equals(self)
                        && previous.hosts instanceof OutboundHosts outbound
                ? outbound
                : null;
    }

    public Revision revision() {
        return revision;
    }

    public Workload self() {
        return self;
    }

    /// What mesh mTLS may be.
    public TlsBounds meshTls() {
        return meshTls;
    }

    /// What becomes of a request before it is decided upon.
    public Entrance entrance() {
        return entrance;
    }

    /// For a sidecar by authority (Host), for a gateway by listener port and authority. No allocation when the
    /// answer is a `Forward` known when the table was built, unless a regex has to be tried.
    public Decision decide(RequestHead request, RandomGenerator random) {
        return decide(request, random, null);
    }

    /// @param tracer null: nobody asks why
    Decision decide(RequestHead request, RandomGenerator random, @Nullable Tracer tracer) {
        RouteList routes = authorities.routes(request.authority(), request.listenerPort());
        if (tracer != null) {
            tracer.found(routes);
        }
        return routes.decide(request, random, tracer);
    }

    /// As {@link #decide}, and what it went by.
    ///
    /// @param compiled what this table was made of
    public Explanation explain(RequestHead request, RandomGenerator random, Compiled compiled) {
        var tracer = new Explaining(self, compiled, request);
        return tracer.explanation(decide(request, random, tracer));
    }

    /// What has to be known of a connection before {@link #connect}.
    ///
    /// @param destination as of {@link ConnectionHead}
    public Expected expects(@Nullable String destination, int port) {
        return hosts.expects(destination, port);
    }

    /// The same for a connection that arrives at a port of this workload.
    ///
    /// @param otherwise at a port that no service names
    public Expected inboundExpects(int port, Expected otherwise) {
        return edges.inboundExpects(port, otherwise);
    }

    /// How long a silent caller's connection to a port of which nobody says what it speaks is waited for; 0: for ever.
    public long protocolDetectionTimeoutNanos() {
        return protocolDetectionTimeoutNanos;
    }

    /// For connections that aren't HTTP, or not yet: a sidecar's by the address or service that was asked for, a
    /// gateway's by listener port and server name.
    public ConnectionDecision connect(ConnectionHead connection, RandomGenerator random) {
        return hosts.connect(connection, random);
    }

    /// What this workload serves at a port; for a port that no service of its names, an inbound pass-through
    /// under the name `InboundPassthroughCluster`.
    public Inbound inbound(int port) {
        return edges.inboundAt(port);
    }

    /// Which HTTP our own application speaks at a port, as the services say that it belongs to.
    public UpstreamHttp inboundHttp(int port) {
        return edges.http(port);
    }

    /// What may go to the application at a port of this workload; it leads nowhere itself. Null: no limit.
    public @Nullable Cluster inboundPool(int port) {
        return inboundPools.at(port);
    }

    /// What rules say of mTLS for connections that arrive at a port of this workload.
    ///
    /// @param port of the workload, where its sidecar listens for the application
    public MutualTlsMode mutualTls(int port) {
        return access.at(port);
    }

    /// The scope or rule because of which nobody gets in at a port of this workload, mTLS or not: what it says
    /// can't be read, and nothing before it could. Null: callers get in.
    public @Nullable String closedBy(int port) {
        return access.closedBy(port);
    }

    /// Scopes because of which nobody gets in at all; empty as it should be.
    public List<String> closed() {
        return access.closed();
    }

    /// Ports on which a gateway has to listen, from its Gateways' servers; empty for a sidecar.
    public List<Listener> listeners() {
        return hosts instanceof GatewayHosts gateway ? gateway.listeners() : List.of();
    }

    /// Everything, for people.
    ///
    /// @param compiled what this table was made of
    public TableView view(Compiled compiled) {
        return TableView.of(self, hosts, clusters, listeners(), compiled);
    }

    /// Who has that IP address, {@link WorkloadLabels#NOBODY} when nobody registered it.
    public WorkloadLabels peer(String address) {
        return clusters.peer(address);
    }

    /// The edge for telemetry, made once for each decision and endpoint: for what was forwarded, answered here and
    /// refused alike.
    ///
    /// @param endpoint null when none was chosen
    /// @param proven who spoke to whom by mesh mTLS, the same instance for the same two; null for plaintext
    public Edge edge(Decision decision, @Nullable Endpoint endpoint, @Nullable Principals proven) {
        return edges.of(decision, endpoint, proven);
    }

    /// The edge of a connection that is carried whole, or closed.
    ///
    /// @param endpoint as above
    /// @param proven as above
    public Edge edge(ConnectionDecision decision, @Nullable Endpoint endpoint, @Nullable Principals proven) {
        return edges.of(decision, endpoint, proven);
    }

    /// The edge of a caller's connection that is carried whole.
    ///
    /// @param arrived of its requests
    public Edge wholeEdge(Edge arrived) {
        return edges.whole(arrived);
    }

    /// As above, in plaintext.
    public Edge edge(Decision decision, @Nullable Endpoint endpoint) {
        return edge(decision, endpoint, null);
    }

    /// The edge of requests that a caller sends to this workload, made once for each caller, port and application.
    ///
    /// @param peerAddress IP address of the caller
    /// @param port at which the request arrived
    /// @param application `address:port` of the application, empty when it wasn't asked
    public Edge inboundEdge(String peerAddress, int port, String application) {
        return edges.inbound(peerAddress, port, application);
    }

    /// The same for a caller whose certificate was believed, so that its address tells nothing.
    ///
    /// @param caller what it says of itself
    public Edge inboundEdge(WorkloadLabels caller, Principals proven, int port, String application) {
        return edges.inbound(caller, proven, port, application);
    }

    public record Inbound(String cluster, Edge.Service service) {}

    /// @param bind address, empty for the gateway's own
    public record Listener(String bind, int port, String protocol) {}
}
