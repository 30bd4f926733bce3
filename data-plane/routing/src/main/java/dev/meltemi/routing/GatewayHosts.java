package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A gateway's side of the table: for each port the hosts of all Gateways that select this workload, and for
/// each host the rules of all VirtualServices bound to them.
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
            Clusters clusters) {
        var destinations = new Destinations(self, new ServiceLookup(services, self.namespace()), modes, clusters);
        var rules = new TreeMap<Integer, Map<String, List<RouteRule>>>();
        var listeners = new LinkedHashSet<RouteTable.Listener>();
        for (GatewayRoutes gateway : ours(self, gateways)) {
            for (GatewayServer server : gateway.getServers()) {
                listeners.add(new RouteTable.Listener(server.getBind(), server.getPort(), server.getProtocol()));
                var hosts = rules.computeIfAbsent(server.getPort(), _ -> new HashMap<>());
                for (GatewayHost host : server.getHosts()) {
                    hosts.computeIfAbsent(host.getHost(), _ -> new ArrayList<>())
                            .addAll(rules(self, gateway.getGateway(), server, host, destinations));
                }
            }
        }
        var byPort = new HashMap<Integer, HostIndex<RouteList>>();
        rules.forEach((port, hosts) -> byPort.put(port, index(hosts)));
        return new GatewayHosts(byPort, List.copyOf(listeners), destinations.found());
    }

    /// The Gateways that select this workload, the oldest first.
    private static List<GatewayRoutes> ours(Workload self, Collection<GatewayRoutes> gateways) {
        return gateways.stream()
                .filter(gateway -> self.labels()
                        .entrySet()
                        .containsAll(gateway.getSelector().entrySet()))
                .sorted(Comparator.comparingLong(GatewayRoutes::getConfigOffset)
                        .thenComparing(GatewayRoutes::getGateway))
                .toList();
    }

    private static List<RouteRule> rules(
            Workload self, String gateway, GatewayServer server, GatewayHost host, Destinations destinations) {
        Edge.Service service = service(host.getHost());
        var routes = new RouteCompiler(destinations, service, server.getPort());
        var compiled = new ArrayList<RouteRule>();
        for (HttpRules rules : host.getHttp()) {
            if (ServiceLookup.exported(rules.getExportTo(), self.namespace())) {
                compiled.addAll(new RuleCompiler(self, gateway).compile(rules, routes));
            }
        }
        return compiled;
    }

    private static HostIndex<RouteList> index(Map<String, List<RouteRule>> hosts) {
        var lists = new HashMap<String, RouteList>();
        hosts.forEach((host, rules) -> lists.put(host, RouteList.merged(rules, service(host))));
        return new HostIndex<>(lists);
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
