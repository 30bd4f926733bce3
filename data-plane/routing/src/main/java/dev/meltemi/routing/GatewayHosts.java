package dev.meltemi.routing;

import dev.meltemi.routing.ServedGateways.Served;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.GatewayApi;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A gateway's side of the table: for each port the hosts of all Gateways that select this workload, and for
/// each host the rules of all VirtualServices bound to them and of all Gateway API routes attached to them.
final class GatewayHosts implements Hosts {
    private static final RouteList NO_HOST = new RouteList(List.of(), Edge.Service.UNKNOWN);

    private final Map<Integer, HostIndex<RouteList>> byPort;
    private final GatewayConnections connections;
    private final List<RouteTable.Listener> listeners;
    private final Set<Cluster> clusters;

    private GatewayHosts(
            Map<Integer, HostIndex<RouteList>> byPort,
            GatewayConnections connections,
            List<RouteTable.Listener> listeners,
            Set<Cluster> clusters) {
        this.byPort = byPort;
        this.connections = connections;
        this.listeners = listeners;
        this.clusters = clusters;
    }

    static GatewayHosts of(
            Workload self,
            Map<String, ServiceRoutes> services,
            Collection<GatewayRoutes> gateways,
            NamespaceModes modes,
            Scope scope,
            Clusters clusters) {
        var lookup = new ServiceLookup(services, self.namespace(), scope);
        var destinations = new Destinations(self, lookup, modes, clusters);
        var told = new TreeMap<Integer, PortHosts>();
        // of the servers of one address the first names the protocol
        var listeners = new LinkedHashMap<RouteTable.Listener, RouteTable.Listener>();
        List<Served> servers = ServedGateways.of(self, gateways);
        for (Served served : servers) {
            GatewayServer server = served.server();
            if (served.opens()) {
                listeners.putIfAbsent(
                        new RouteTable.Listener(server.getBind(), server.getPort(), ""),
                        new RouteTable.Listener(server.getBind(), server.getPort(), server.getProtocol()));
            }
            if (served.isHttp()) {
                told.computeIfAbsent(server.getPort(), _ -> new PortHosts()).add(served, self);
            }
        }
        var byPort = new HashMap<Integer, HostIndex<RouteList>>();
        told.forEach((port, hosts) -> byPort.put(port, hosts.index(self, port, destinations)));
        var connections = GatewayConnections.of(self, servers, destinations, services);
        return new GatewayHosts(byPort, connections, List.copyOf(listeners.values()), destinations.found());
    }

    /// What is told of one port's hosts.
    private static final class PortHosts {
        private final Map<String, List<Told>> told = new HashMap<>();
        /// Hosts that are there even without rules.
        private final Set<String> kept = new HashSet<>();
        /// Hosts of which every request is sent to https, with the Gateway that says so.
        private final Map<String, String> redirected = new HashMap<>();

        void add(Served served, Workload self) {
            GatewayServer server = served.server();
            String gateway = served.gateway().getGateway();
            for (GatewayHost host : server.getHosts()) {
                var ofHost = of(host.getHost());
                host.getHttp().stream()
                        .filter(rules -> ServiceLookup.exported(rules.getExportTo(), self.namespace()))
                        .forEach(rules -> ofHost.add(new Told(gateway, rules)));
                if (server.getHttpsRedirect()) {
                    redirected.putIfAbsent(host.getHost(), gateway);
                }
            }
            if (server.getHttpsRedirect()) {
                served.hosts().forEach(host -> redirected.putIfAbsent(host, gateway));
            }
            if (served.gateway().getApi() == GatewayApi.KUBERNETES) {
                kept.addAll(served.hosts());
            }
            kept.addAll(redirected.keySet());
            kept.forEach(this::of);
        }

        private List<Told> of(String host) {
            return told.computeIfAbsent(host, _ -> new ArrayList<>());
        }

        /// A host of which no rule says anything here is left to a wider name.
        HostIndex<RouteList> index(Workload self, int port, Destinations destinations) {
            var lists = new HashMap<String, RouteList>();
            told.forEach((host, rules) -> {
                RouteList routes = routes(self, rules, service(host), port, destinations);
                String gateway = redirected.get(host);
                if (gateway != null) {
                    lists.put(host, routes.behind(toHttps(gateway, service(host))));
                } else if (kept.contains(host) || !routes.rules().isEmpty()) {
                    lists.put(host, routes);
                }
            });
            return new HostIndex<>(lists);
        }

        /// As Envoy's `require_tls`: whatever doesn't come by https goes there, its authority as it is.
        private static RouteRule toHttps(String gateway, Edge.Service service) {
            var https = new RedirectTarget(
                    Route.plain("https-redirect", "Gateway/" + gateway),
                    service,
                    301,
                    MatchedPath.ANY,
                    null,
                    null,
                    null,
                    "https",
                    0,
                    HeaderEdits.NONE);
            return new RouteRule(
                    List.of(new Predicate.Scheme(new StringTest.Exact("http", true))), new Action.SendElsewhere(https));
        }
    }

    /// @param gateway by which the rules came to the host
    private record Told(String gateway, HttpRules rules) {}

    /// VirtualServices first, in their order; then what Gateway API routes say, by precedence.
    private static RouteList routes(
            Workload self, List<Told> told, Edge.Service service, int port, Destinations destinations) {
        var routes = new RouteCompiler(destinations, service, port);
        var compiled = new ArrayList<RouteRule>();
        var merged = new LinkedHashMap<String, HttpRules>();
        for (Told each : told) {
            if (RuleCompiler.isVirtualService(each.rules())) {
                compiled.addAll(new RuleCompiler(self, each.gateway()).compile(each.rules(), routes));
            } else {
                merged.putIfAbsent(each.rules().getKind() + "/" + each.rules().getRule(), each.rules());
            }
        }
        compiled.addAll(new RuleCompiler(self, "").merge(merged.values(), routes));
        return RouteList.merged(compiled, service);
    }

    private static Edge.Service service(String host) {
        return new Edge.Service(host, host, "unknown");
    }

    @Override
    public RouteList routes(String authority, int listenerPort) {
        HostIndex<RouteList> hosts = byPort.get(listenerPort);
        if (hosts == null) {
            return NO_HOST;
        }
        Authority called = Authority.of(authority);
        RouteList found = hosts.find(called.host());
        if (found == null) {
            return NO_HOST;
        }
        return found.followsCaller() ? found.towards(service(called.host()), called.host(), called.port()) : found;
    }

    @Override
    public Expected expects(@Nullable String destination, int port) {
        return connections.expects(port);
    }

    @Override
    public ConnectionDecision connect(ConnectionHead head, RandomGenerator random) {
        return connections.connect(head, random);
    }

    List<RouteTable.Listener> listeners() {
        return listeners;
    }

    @Override
    public List<Listed> listed() {
        var all = new ArrayList<Listed>();
        byPort.forEach((port, hosts) -> hosts.all().forEach((host, routes) -> all.add(new Listed(host, port, routes))));
        return all;
    }

    @Override
    public List<ConnectionRows.Listed> listedConnections() {
        return connections.listed();
    }

    @Override
    public Set<Cluster> clusters() {
        return clusters;
    }
}
