package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A sidecar's side of the table: hosts by the names by which its application may call them.
final class OutboundHosts implements Hosts {
    static final String PASSTHROUGH = "PassthroughCluster";
    static final String BLACK_HOLE = "BlackHoleCluster";

    private final Map<String, VirtualHost> byHost;
    private final HostIndex<VirtualHost> index;
    private final OutboundConnections connections;
    private final ClientNames names;
    private final RouteList unknown;
    private final NamespaceModes modes;
    private final Scope scope;

    private OutboundHosts(
            Map<String, VirtualHost> byHost,
            HostIndex<VirtualHost> index,
            SubnetIndex ranges,
            Clusters clusters,
            ClientNames names,
            RouteList unknown,
            NamespaceModes modes,
            Scope scope) {
        this.byHost = byHost;
        this.index = index;
        this.names = names;
        this.unknown = unknown;
        this.modes = modes;
        this.scope = scope;
        this.connections = new OutboundConnections(byHost, this::find, index, ranges, passthroughOf(unknown), clusters);
    }

    private static @Nullable Cluster passthroughOf(RouteList unknown) {
        return unknown.otherwise() instanceof Decision.Forward forward ? forward.cluster() : null;
    }

    /// @param previous null, or the hosts of a table for the same workload with the same clusters
    static OutboundHosts of(
            Workload self,
            Scope scope,
            Map<String, ServiceRoutes> services,
            NamespaceModes modes,
            Clusters clusters,
            @Nullable OutboundHosts previous) {
        boolean shares = previous != null && previous.modes.equals(modes) && previous.scope.sameAs(scope);
        var lookup = new ServiceLookup(services, self.namespace(), scope);
        var maker = new VirtualHosts(self, scope, lookup, modes, clusters);
        var byHost = new HashMap<String, VirtualHost>();
        services.forEach((host, routes) -> {
            VirtualHost before = previous == null || !shares ? null : previous.byHost.get(host);
            VirtualHost now = before != null && lookup.unchanged(before.dependencies()) ? before : maker.of(routes);
            if (now != null) {
                byHost.put(host, now);
            }
        });
        return new OutboundHosts(
                byHost,
                new HostIndex<>(names(byHost, lookup)),
                SubnetIndex.of(byHost, lookup),
                clusters,
                new ClientNames(self.namespace()),
                unknown(scope.unknownHosts()),
                modes,
                scope);
    }

    /// Hosts and their addresses; where two claim an address, the first by name has it.
    private static Map<String, VirtualHost> names(Map<String, VirtualHost> byHost, ServiceLookup lookup) {
        var names = new HashMap<>(byHost);
        var addresses = new TreeMap<String, String>();
        byHost.keySet().forEach(host -> {
            ServiceRoutes routes = lookup.callable(host);
            if (routes != null) {
                routes.getAddresses()
                        .forEach(address -> addresses.merge(address, host, (a, b) -> a.compareTo(b) < 0 ? a : b));
            }
        });
        addresses.forEach((address, host) -> {
            VirtualHost owner = byHost.get(host);
            if (owner != null) {
                names.putIfAbsent(address, owner);
            }
        });
        return names;
    }

    private static RouteList unknown(OutboundPolicy policy) {
        return RouteList.always(
                switch (policy) {
                    case ALLOW_ANY ->
                        new Decision.Forward(
                                Route.plain("allow_any", ""),
                                new Cluster(PASSTHROUGH, passthrough(Edge.Service.UNKNOWN)),
                                HeaderEdits.NONE,
                                HeaderEdits.NONE);
                    case REGISTRY_ONLY ->
                        new Decision.Respond(
                                Route.plain("block_all", ""),
                                new Edge.Service("unknown", BLACK_HOLE, "unknown"),
                                502,
                                new byte[0],
                                HeaderEdits.NONE);
                });
    }

    private static Cluster.Definition passthrough(Edge.Service service) {
        return new Cluster.Definition(
                service,
                0,
                Cluster.Origin.CALLER,
                PolicyInForce.DEFAULT,
                Cluster.Tls.DISABLED,
                "",
                UpstreamHttp.AS_CALLED);
    }

    @Override
    public RouteList routes(String authority, int listenerPort) {
        Authority called = Authority.of(authority);
        boolean explicit = listenerPort == 0;
        int port = explicit ? called.port() : listenerPort;
        if (port < 0 || called.host().isEmpty()) {
            return RouteList.always(new Decision.Refuse(new ProxyFailure.NoRoute()));
        }
        for (VirtualHost host : meant(called.host())) {
            RouteList found = host.at(port, explicit);
            if (found != null) {
                return found.followsCaller() ? found.towards(host.service(), called.host(), port) : found;
            }
        }
        return unknown.towards(new Edge.Service(called.host(), PASSTHROUGH, "unknown"), called.host(), port);
    }

    /// Hosts that may be meant, the most specific first: of these the first counts that is there at the port.
    private List<VirtualHost> meant(String called) {
        List<VirtualHost> all = index.findAll(called);
        VirtualHost inFull = index.exactly(names.expand(called));
        if (inFull != null) {
            all.add(index.exactly(called) == null ? 0 : 1, inFull);
        }
        return all;
    }

    @Override
    public Expected expects(@Nullable String destination, int port) {
        return connections.expects(destination, port);
    }

    @Override
    public ConnectionDecision connect(ConnectionHead head, RandomGenerator random) {
        return connections.connect(head, random);
    }

    private @Nullable VirtualHost find(String called) {
        VirtualHost exact = index.exactly(called);
        VirtualHost found = exact == null ? index.exactly(names.expand(called)) : exact;
        return found == null ? index.byWildcard(called) : found;
    }

    @Override
    public List<Listed> listed() {
        var all = new ArrayList<Listed>();
        byHost.forEach((name, host) -> {
            host.byPort().forEach((port, routes) -> all.add(new Listed(name, port, routes)));
            host.elsewhere().forEach((port, routes) -> all.add(new Listed(name, port, routes)));
        });
        return all;
    }

    @Override
    public List<ConnectionRows.Listed> listedConnections() {
        var all = new ArrayList<ConnectionRows.Listed>();
        byHost.forEach((name, host) -> host.connections().byPort().forEach((port, list) -> {
            if (!list.rules().isEmpty()) {
                all.add(new ConnectionRows.Listed(name, port, list));
            }
        }));
        return all;
    }

    @Override
    public Set<Cluster> clusters() {
        var clusters = new HashSet<Cluster>();
        byHost.values().forEach(host -> clusters.addAll(host.clusters()));
        return clusters;
    }
}
