package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.GatewayApi;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A gateway's side of the table: for each port the hosts of all Gateways that select this workload, and for
/// each host the rules of all VirtualServices bound to them and of all Gateway API routes attached to them.
final class GatewayHosts implements Hosts {
    private static final RouteList NO_HOST = new RouteList(List.of(), Edge.Service.UNKNOWN);

    private final Map<Integer, HostIndex<RouteList>> byPort;
    private final List<RouteTable.Listener> listeners;
    private final Set<Cluster> clusters;

    private GatewayHosts(
            Map<Integer, HostIndex<RouteList>> byPort, List<RouteTable.Listener> listeners, Set<Cluster> clusters) {
        this.byPort = byPort;
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
        var told = new TreeMap<Integer, Map<String, List<Told>>>();
        var listeners = new LinkedHashSet<RouteTable.Listener>();
        for (GatewayRoutes gateway : ours(self, gateways)) {
            for (GatewayServer server : gateway.getServers()) {
                listeners.add(new RouteTable.Listener(server.getBind(), server.getPort(), server.getProtocol()));
                var hosts = told.computeIfAbsent(server.getPort(), _ -> new HashMap<>());
                if (gateway.getApi() == GatewayApi.KUBERNETES) {
                    server.getNamedHosts().forEach(host -> hosts.computeIfAbsent(host, _ -> new ArrayList<>()));
                }
                for (GatewayHost host : server.getHosts()) {
                    var ofHost = hosts.computeIfAbsent(host.getHost(), _ -> new ArrayList<>());
                    host.getHttp().stream()
                            .filter(rules -> ServiceLookup.exported(rules.getExportTo(), self.namespace()))
                            .forEach(rules -> ofHost.add(new Told(gateway.getGateway(), rules)));
                }
            }
        }
        var byPort = new HashMap<Integer, HostIndex<RouteList>>();
        told.forEach((port, hosts) -> {
            var lists = new HashMap<String, RouteList>();
            hosts.forEach((host, rules) -> lists.put(host, routes(self, rules, service(host), port, destinations)));
            byPort.put(port, new HostIndex<>(lists));
        });
        return new GatewayHosts(byPort, List.copyOf(listeners), destinations.found());
    }

    /// @param gateway by which the rules came to the host
    private record Told(String gateway, HttpRules rules) {}

    /// The Gateways that select this workload, the oldest first; those of the Gateway API are served in their own
    /// namespace only.
    private static List<GatewayRoutes> ours(Workload self, Collection<GatewayRoutes> gateways) {
        return gateways.stream()
                .filter(gateway -> gateway.getApi() != GatewayApi.KUBERNETES
                        || gateway.getNamespace().equals(self.namespace()))
                .filter(gateway -> self.labels()
                        .entrySet()
                        .containsAll(gateway.getSelector().entrySet()))
                .sorted(Comparator.comparingLong(GatewayRoutes::getConfigOffset)
                        .thenComparing(GatewayRoutes::getGateway))
                .toList();
    }

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
    public ConnectionDecision connect(ConnectionHead head, RandomGenerator random) {
        return new ConnectionDecision.Close(new ProxyFailure.NoRoute(), Edge.Service.UNKNOWN);
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
    public Set<Cluster> clusters() {
        return clusters;
    }
}
