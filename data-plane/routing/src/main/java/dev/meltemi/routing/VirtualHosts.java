package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
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

    /// Also those that are sniffed.
    private static final Set<String> HTTP_PROTOCOLS = Set.of("", "HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB");

    private final Workload self;
    private final Scope scope;
    private final ServiceLookup services;
    private final NamespaceModes modes;
    private final Clusters clusters;

    VirtualHosts(Workload self, Scope scope, ServiceLookup services, NamespaceModes modes, Clusters clusters) {
        this.self = self;
        this.scope = scope;
        this.services = services;
        this.modes = modes;
        this.clusters = clusters;
    }

    /// @return null when this workload sees neither a service nor a rule of that host
    @Nullable
    VirtualHost of(ServiceRoutes routes) {
        ServiceRoutes declared = services.called(routes);
        Edge.Service service = ServiceLookup.service(declared == null ? routes : declared);
        var used = new Destinations(self, services, modes, clusters);
        var byPort = new HashMap<Integer, RouteList>();
        if (declared != null) {
            for (ServicePort port : declared.getPorts()) {
                int number = port.getNumber();
                if (scope.shows(declared.getNamespace(), declared.getHost(), number)) {
                    RouteList ruled = isHttp(port) ? ruled(routes, true, service, used, number) : null;
                    byPort.put(number, ruled == null ? plain(used.whole(declared, number)) : ruled);
                }
            }
        }
        var elsewhere = new HashMap<Integer, RouteList>();
        for (int port : portsOfRules(routes)) {
            RouteList ruled = byPort.containsKey(port) ? null : ruled(routes, false, service, used, port);
            if (ruled != null) {
                elsewhere.put(port, ruled);
            }
        }
        if (byPort.isEmpty() && elsewhere.isEmpty()) {
            services.takeAsked();
            return null;
        }
        return new VirtualHost(
                service,
                byPort,
                declared == null ? null : onlyHttpPort(declared, byPort),
                elsewhere,
                declared == null
                        ? ServiceConnections.NONE
                        : ServiceConnections.of(self, scope, declared, byPort.keySet(), used),
                used.found(),
                dependencies(routes));
    }

    private Map<String, @Nullable ServiceRoutes> dependencies(ServiceRoutes routes) {
        Map<String, @Nullable ServiceRoutes> dependencies = services.takeAsked();
        dependencies.put(routes.getHost(), routes);
        return dependencies;
    }

    /// The first VirtualService that this workload sees and of which something is for it owns the host; the
    /// mesh doesn't merge them. One whose every match is for other callers or ports counts for nothing, but
    /// keeps rules for wildcards above away from a service that it names. Without one it is all Gateway API
    /// routes that it sees. Null: nothing.
    private @Nullable RouteList ruled(
            ServiceRoutes routes, boolean isService, Edge.Service service, Destinations destinations, int port) {
        var actions = new RouteCompiler(destinations, service, port);
        var compiler = new RuleCompiler(self, RuleCompiler.MESH);
        var attached = new ArrayList<HttpRules>();
        boolean passed = false;
        for (HttpRules candidate : routes.getHttp()) {
            if (!isSeen(candidate) || !scope.follows(candidate, routes.getHost(), port)) {
                continue;
            }
            if (!RuleCompiler.isVirtualService(candidate)) {
                attached.add(candidate);
                continue;
            }
            if (isService && passed && !names(candidate, routes.getHost())) {
                continue; // of rules for wildcards Istio keeps one for a service, and none where one names it
            }
            List<RouteRule> rules = compiler.compile(candidate, actions);
            if (!rules.isEmpty()) {
                return new RouteList(rules, service);
            }
            passed = true;
        }
        List<HttpRules> here = at(port, attached, service.namespace());
        return here.isEmpty() ? null : new RouteList(compiler.merge(here, actions), service);
    }

    /// What counts at one port. Routes of the caller's own namespace for another's service (consumer routes)
    /// replace those of the service's own (producer routes; GEP-1294).
    private static List<HttpRules> at(int port, List<HttpRules> attached, String serviceNamespace) {
        List<HttpRules> here = attached.stream()
                .filter(each -> each.getPorts().isEmpty() || each.getPorts().contains(port))
                .toList();
        List<HttpRules> consumer = here.stream()
                .filter(each -> !each.getNamespace().equals(serviceNamespace))
                .toList();
        return consumer.isEmpty() ? here : consumer;
    }

    private static boolean names(HttpRules rules, String host) {
        return rules.getHosts().isEmpty() || rules.getHosts().contains(host);
    }

    private boolean isSeen(HttpRules rules) {
        return rules.getGateways().contains(RuleCompiler.MESH)
                && ServiceLookup.exported(rules.getExportTo(), self.namespace());
    }

    private RouteList plain(Cluster cluster) {
        return RouteList.always(new Decision.Forward(
                Route.plain("default", "", services.defaults().retries()),
                cluster,
                HeaderEdits.NONE,
                HeaderEdits.NONE));
    }

    private static boolean isHttp(ServicePort port) {
        return HTTP_PROTOCOLS.contains(port.getProtocol());
    }

    private static @Nullable RouteList onlyHttpPort(ServiceRoutes routes, Map<Integer, RouteList> byPort) {
        List<ServicePort> http =
                routes.getPorts().stream().filter(VirtualHosts::isHttp).toList();
        return http.size() == 1 ? byPort.get(http.getFirst().getNumber()) : null;
    }

    /// Where VirtualServices serve a host that is no service there: at port 80, and at the HTTP ports of
    /// services that they name beside it (Istio: `buildSidecarVirtualHostsForVirtualService`).
    private Set<Integer> portsOfRules(ServiceRoutes routes) {
        var ports = new TreeSet<Integer>();
        for (HttpRules rules : routes.getHttp()) {
            if (isSeen(rules) && RuleCompiler.isVirtualService(rules)) {
                ports.add(HTTP);
                for (String host : rules.getHosts()) {
                    ServiceRoutes beside = host.equals(routes.getHost()) ? null : services.callable(host);
                    if (beside != null) {
                        beside.getPorts().stream()
                                .filter(VirtualHosts::isHttp)
                                .forEach(port -> ports.add(port.getNumber()));
                    }
                }
            }
        }
        return ports;
    }
}
