package dev.meltemi.routing;

import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The edges of one table: each is made once, with the table's revision in it.
final class Edges {
    /// Inbound edges that are kept; one more and all are made anew.
    private static final int MOST_INBOUND = 4096;

    private static final String MUTUAL_TLS = "mutual_tls";
    private static final String TCP = "tcp";

    private final Workload self;
    private final WorkloadLabels own;
    private final Revision revision;
    private final Clusters clusters;
    private final Map<String, ServiceRoutes> services;
    private final EdgeCache outbound = new EdgeCache();
    /// Kept, because a method reference to this object would be a new one for every request.
    private final EdgeCache.Maker<Decision.Forward> forwarding = this::forwarded;

    private final Map<Arrival, Inbound> inbound = new ConcurrentHashMap<>();

    private final Map<ProvenArrival, Edge> proven = new ConcurrentHashMap<>();

    private final Map<Integer, Spoken> spoken = new ConcurrentHashMap<>();

    /// @param version of the endpoints when it was found out
    private record Spoken(UpstreamHttp http, long version) {}

    private record Arrival(String peer, int port, String application) {}

    private record ProvenArrival(WorkloadLabels caller, Principals proven, int port, String application) {}

    /// @param version of the endpoints when it was made
    private record Inbound(Edge edge, long version) {}

    Edges(Workload self, Revision revision, Clusters clusters, Map<String, ServiceRoutes> services) {
        this.self = self;
        this.own = self.telemetryLabels();
        this.revision = revision;
        this.clusters = clusters;
        this.services = services;
    }

    Edge of(Decision decision, @Nullable Endpoint endpoint, @Nullable Principals proven) {
        return switch (decision) {
            case Decision.Forward forward -> outbound.edge(forward, endpoint, proven, forwarding);
            case Decision.Respond respond ->
                outbound.edge(respond, null, null, (way, _, _) -> unsent(way.route(), way.service(), ""));
            case Decision.Redirect redirect ->
                outbound.edge(redirect.route(), null, null, (way, _, _) -> unsent(way, redirect.service(), ""));
            case Decision.Refuse refuse -> outbound.edge(refuse, null, null, (way, _, _) -> refused(way));
        };
    }

    private Edge forwarded(Decision.Forward forward, @Nullable Endpoint endpoint, @Nullable Principals principals) {
        var way = new Edge.Way(
                forward.route().rule(),
                forward.route().name(),
                forward.cluster().name(),
                endpoint == null ? "" : endpoint.toString(),
                "http",
                principals == null ? "none" : MUTUAL_TLS);
        WorkloadLabels there = endpoint == null ? WorkloadLabels.NOBODY : endpoint.labels();
        return new Edge(
                Edge.Reporter.source,
                principals == null ? own : own.withPrincipal(principals.source()),
                principals == null ? there : there.withPrincipal(principals.destination()),
                forward.cluster().service(),
                way,
                revision);
    }

    private Edge refused(Decision.Refuse refuse) {
        String cluster = refuse.failure() instanceof ProxyFailure.NoCluster(var name, var _) ? name : "";
        return unsent(refuse.route(), refuse.service(), cluster);
    }

    /// Of a connection that is carried whole.
    Edge of(ConnectionDecision decision, @Nullable Endpoint endpoint, @Nullable Principals principals) {
        return switch (decision) {
            case ConnectionDecision.Forward forward ->
                outbound.edge(
                        forward, endpoint, principals, (way, to, who) -> whole(way.rule(), way.cluster(), to, who));
            case ConnectionDecision.Passthrough passthrough -> whole("", passthrough.cluster(), endpoint, principals);
            case ConnectionDecision.Requests _ -> closed("", Edge.Service.UNKNOWN, "");
            case ConnectionDecision.Close(var rule, ProxyFailure.NoCluster(var name, var _), var service) ->
                closed(rule, service, name);
            case ConnectionDecision.Close(var rule, ProxyFailure.NoHealthyEndpoint(var name), var service) ->
                closed(rule, service, name);
            case ConnectionDecision.Close(var rule, var _, var service) -> closed(rule, service, "");
        };
    }

    private Edge whole(String rule, Cluster cluster, @Nullable Endpoint endpoint, @Nullable Principals principals) {
        var way = new Edge.Way(
                rule,
                "default",
                cluster.name(),
                endpoint == null ? "" : endpoint.toString(),
                TCP,
                principals == null ? "none" : MUTUAL_TLS);
        WorkloadLabels there = endpoint == null ? WorkloadLabels.NOBODY : endpoint.labels();
        return new Edge(
                Edge.Reporter.source,
                principals == null ? own : own.withPrincipal(principals.source()),
                principals == null ? there : there.withPrincipal(principals.destination()),
                cluster.service(),
                way,
                revision);
    }

    private Edge closed(String rule, Edge.Service service, String cluster) {
        var way = new Edge.Way(rule, "", cluster, "", TCP, "none");
        return new Edge(Edge.Reporter.source, own, WorkloadLabels.NOBODY, service, way, revision);
    }

    /// The edge of a caller's connection that is carried whole, beside that of its requests.
    Edge whole(Edge arrived) {
        return outbound.edge(arrived, null, null, (edge, _, _) -> {
            Edge.Way way = edge.way();
            return new Edge(
                    edge.reporter(),
                    edge.source(),
                    edge.destination(),
                    edge.service(),
                    new Edge.Way(
                            way.rule(),
                            way.routeName(),
                            way.upstreamCluster(),
                            way.upstreamHost(),
                            TCP,
                            way.connectionSecurityPolicy()),
                    edge.revision());
        });
    }

    private Edge unsent(Route route, Edge.Service service, String cluster) {
        var way = new Edge.Way(route.rule(), route.name(), cluster, "", "http", "none");
        return new Edge(Edge.Reporter.source, own, WorkloadLabels.NOBODY, service, way, revision);
    }

    Edge inbound(String peer, int port, String application) {
        var arrival = new Arrival(peer, port, application);
        long version = clusters.version();
        Inbound known = inbound.get(arrival);
        if (known != null && known.version == version) {
            return known.edge;
        }
        Edge edge = known == null ? arrived(arrival) : renewed(known.edge, arrived(arrival));
        if (known == null && inbound.size() >= MOST_INBOUND) {
            inbound.clear();
        }
        inbound.put(arrival, new Inbound(edge, version));
        return edge;
    }

    /// An edge stays the same object as long as it says the same.
    private static Edge renewed(Edge before, Edge now) {
        return before.source().equals(now.source()) && before.service().equals(now.service()) ? before : now;
    }

    private Edge arrived(Arrival arrival) {
        RouteTable.Inbound here = inboundAt(arrival.port);
        var way = new Edge.Way("", "default", here.cluster(), arrival.application, "http", "none");
        return new Edge(Edge.Reporter.destination, clusters.peer(arrival.peer), own, here.service(), way, revision);
    }

    Edge inbound(WorkloadLabels caller, Principals principals, int port, String application) {
        var arrival = new ProvenArrival(caller, principals, port, application);
        Edge known = proven.get(arrival);
        if (known != null) {
            return known;
        }
        if (proven.size() >= MOST_INBOUND) {
            proven.clear();
        }
        return proven.computeIfAbsent(arrival, this::arrived);
    }

    private Edge arrived(ProvenArrival arrival) {
        RouteTable.Inbound here = inboundAt(arrival.port);
        var way = new Edge.Way("", "default", here.cluster(), arrival.application, "http", MUTUAL_TLS);
        return new Edge(
                Edge.Reporter.destination,
                arrival.caller.withPrincipal(arrival.proven.source()),
                own.withPrincipal(arrival.proven.destination()),
                here.service(),
                way,
                revision);
    }

    /// What the application speaks at a port of its own.
    ///
    /// @param otherwise at a port that no service names
    Expected inboundExpects(int port, Expected otherwise) {
        for (ServiceEndpoint served : clusters.servedBy(self.instance())) {
            ServiceRoutes routes = services.get(served.getHost());
            for (var ports : served.getPorts().entrySet()) {
                if (routes != null && ports.getValue() == port) {
                    return routes.getPorts().stream()
                            .filter(declared ->
                                    Integer.toString(declared.getNumber()).equals(ports.getKey()))
                            .map(declared -> ServiceConnections.expected(declared.getProtocol()))
                            .findFirst()
                            .orElse(Expected.SNIFFED);
                }
            }
        }
        return otherwise;
    }

    /// What our own application speaks at a port.
    UpstreamHttp http(int port) {
        long version = clusters.version();
        Spoken known = spoken.get(port);
        if (known == null || known.version != version) {
            known = new Spoken(UpstreamHttp.inbound(protocol(port)), version);
            spoken.put(port, known);
        }
        return known.http;
    }

    private String protocol(int port) {
        for (ServiceEndpoint served : clusters.servedBy(self.instance())) {
            ServiceRoutes routes = services.get(served.getHost());
            for (var pair : served.getPorts().entrySet()) {
                if (routes != null && pair.getValue() == port) {
                    return Destinations.protocol(routes, Integer.parseInt(pair.getKey()));
                }
            }
        }
        return "";
    }

    RouteTable.Inbound inboundAt(int port) {
        for (ServiceEndpoint served : clusters.servedBy(self.instance())) {
            if (served.getPorts().containsValue(port)) {
                ServiceRoutes routes = services.get(served.getHost());
                return new RouteTable.Inbound(
                        "inbound|" + port + "||",
                        routes == null
                                ? new Edge.Service(served.getHost(), served.getHost(), served.getNamespace())
                                : ServiceLookup.service(routes));
            }
        }
        return new RouteTable.Inbound(
                RouteTable.INBOUND_PASSTHROUGH, new Edge.Service("unknown", RouteTable.INBOUND_PASSTHROUGH, "unknown"));
    }
}
