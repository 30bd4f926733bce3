package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Makes a sidecar's virtual hosts of compiled services.
final class VirtualHosts {
    /// Where sidecars serve a host that only rules know, as Istio does.
    private static final int HTTP = 80;

    private static final Set<String> HTTP_PROTOCOLS = Set.of("", "HTTP", "HTTP2", "GRPC", "GRPC-WEB");

    private final Workload self;
    private final ServiceLookup services;
    private final NamespaceModes modes;
    private final Clusters clusters;

    VirtualHosts(Workload self, ServiceLookup services, NamespaceModes modes, Clusters clusters) {
        this.self = self;
        this.services = services;
        this.modes = modes;
        this.clusters = clusters;
    }

    /// @return null when this workload sees neither a service nor a rule of that host
    @Nullable
    VirtualHost of(ServiceRoutes routes) {
        List<HttpRules> rules = rules(routes);
        boolean declared = services.declares(routes);
        if (!declared && rules.isEmpty()) {
            return null;
        }
        Edge.Service service = ServiceLookup.service(routes);
        var used = new Destinations(self, services, modes, clusters);
        var byPort = new HashMap<Integer, RouteList>();
        for (int port : declared ? numbers(routes.getPorts()) : portsThatMatter(rules)) {
            List<HttpRules> here = at(port, rules, routes.getNamespace());
            byPort.put(port, here.isEmpty() ? plain(used.whole(routes, port)) : owned(here, service, used, port));
        }
        return new VirtualHost(
                service,
                byPort,
                declared ? onlyHttpPort(routes, byPort) : null,
                declared ? null : owned(rules, service, used, 0),
                used.found(),
                dependencies(routes));
    }

    private Map<String, @Nullable ServiceRoutes> dependencies(ServiceRoutes routes) {
        Map<String, @Nullable ServiceRoutes> dependencies = services.takeAsked();
        dependencies.put(routes.getHost(), routes);
        return dependencies;
    }

    /// The first VirtualService that this workload sees owns the host; the mesh doesn't merge them. Without one it is
    /// all Gateway API routes that it sees.
    private List<HttpRules> rules(ServiceRoutes routes) {
        var attached = new ArrayList<HttpRules>();
        for (HttpRules candidate : routes.getHttp()) {
            if (candidate.getGateways().contains(RuleCompiler.MESH)
                    && ServiceLookup.exported(candidate.getExportTo(), self.namespace())) {
                if (RuleCompiler.isVirtualService(candidate)) {
                    return List.of(candidate);
                }
                attached.add(candidate);
            }
        }
        return attached;
    }

    /// What counts at one port. Routes of the caller's own namespace for another's service (consumer routes) replace
    /// those of the service's own (producer routes; GEP-1294).
    private static List<HttpRules> at(int port, List<HttpRules> rules, String serviceNamespace) {
        List<HttpRules> here = rules.stream()
                .filter(each -> each.getPorts().isEmpty() || each.getPorts().contains(port))
                .toList();
        List<HttpRules> consumer = here.stream()
                .filter(each -> !RuleCompiler.isVirtualService(each)
                        && !each.getNamespace().equals(serviceNamespace))
                .toList();
        return consumer.isEmpty() ? here : consumer;
    }

    private static RouteList plain(Cluster cluster) {
        return RouteList.always(
                new Decision.Forward(Route.plain("default", ""), cluster, HeaderEdits.NONE, HeaderEdits.NONE));
    }

    private RouteList owned(List<HttpRules> rules, Edge.Service service, Destinations destinations, int port) {
        var routes = new RouteCompiler(destinations, service, port);
        var compiler = new RuleCompiler(self, RuleCompiler.MESH);
        return new RouteList(
                RuleCompiler.isVirtualService(rules.getFirst())
                        ? compiler.compile(rules.getFirst(), routes)
                        : compiler.merge(rules, routes),
                service);
    }

    private static Set<Integer> numbers(List<ServicePort> ports) {
        var numbers = new TreeSet<Integer>();
        ports.forEach(port -> numbers.add(port.getNumber()));
        return numbers;
    }

    private static @Nullable RouteList onlyHttpPort(ServiceRoutes routes, Map<Integer, RouteList> byPort) {
        List<ServicePort> http = routes.getPorts().stream()
                .filter(port -> HTTP_PROTOCOLS.contains(port.getProtocol()))
                .toList();
        return http.size() == 1 ? byPort.get(http.getFirst().getNumber()) : null;
    }

    /// The ports at which the rules of a host without a service come out differently: those that they name, and
    /// those of services to which they lead without naming one.
    private Set<Integer> portsThatMatter(List<HttpRules> rules) {
        var ports = new TreeSet<Integer>(Set.of(HTTP));
        for (HttpRules each : rules) {
            for (HttpRoute route : each.getRoutes()) {
                route.getMatches().forEach(match -> ports.add(match.getPort()));
                route.getDestinations().forEach(to -> ports.addAll(portsOf(to.getDestination())));
                route.getMirrors().forEach(to -> ports.addAll(portsOf(to.getDestination())));
            }
        }
        ports.remove(0);
        return ports;
    }

    private Set<Integer> portsOf(Destination destination) {
        ServiceRoutes service = services.visible(destination.getHost());
        return service == null || destination.getPort() != 0 ? Set.of() : numbers(service.getPorts());
    }
}
