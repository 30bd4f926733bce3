package dev.meltemi.rules;

import dev.meltemi.resources.ParentReference;
import dev.meltemi.schemas.compiled.ConnectionMatch;
import dev.meltemi.schemas.compiled.ConnectionRoute;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServicePort;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// What the Gateway API says of a service: TLS to its endpoints, and routes whose parent it is (GAMMA). Those of the
/// service's own namespace are for every caller, those of another for callers of that one. Their backends need no
/// grant, because a route opens nothing that its callers couldn't reach without it (GEP-1294).
record ApiMeshRoutes(ApiBook book, String host, Collection<Declared> declared) {
    /// Behind what VirtualServices say: the oldest first, of connections those of other namespaces before the service's
    /// own, because there the first that matches decides.
    ///
    /// @param out knows the service's namespace and ports already
    void addTo(ServiceRoutes.Builder out) {
        Set<String> keys = keys();
        var routes = new TreeSet<ApiRoute>();
        keys.forEach(key -> routes.addAll(book.meshed().at(key)));
        var http = new ArrayList<>(out.getHttp());
        var tls = new ArrayList<>(out.getTls());
        var tcp = new ArrayList<>(out.getTcp());
        String namespace = out.getNamespace();
        routes.stream()
                .sorted(Comparator.comparing(
                        route -> !route.isHttp() && route.namespace().equals(namespace)))
                .forEach(route -> numbers(route, keys, out.getPorts()).ifPresent(numbers -> {
                    var callers =
                            List.of(route.namespace().equals(namespace) ? Visibility.EVERYWHERE : route.namespace());
                    switch (route.route().kind()) {
                        case "TLSRoute" -> tls.add(connections(route, numbers, callers));
                        case "TCPRoute" -> tcp.add(connections(route, numbers, callers));
                        default ->
                            http.add(HttpRules.newBuilder(route.http())
                                    .setPorts(numbers)
                                    .setExportTo(callers)
                                    .build());
                    }
                }));
        out.setHttp(http).setTls(tls).setTcp(tcp).setBackendTls(ApiBackendTls.of(book, keys, out));
    }

    private static ConnectionRules connections(ApiRoute route, List<Integer> ports, List<String> callers) {
        return ConnectionRules.newBuilder(route.connections())
                .setExportTo(callers)
                .setRoutes(route.connections().getRoutes().stream()
                        .map(each -> new ConnectionRoute(matches(each, ports), each.getDestinations()))
                        .toList())
                .build();
    }

    /// The same at each of the ports.
    private static List<ConnectionMatch> matches(ConnectionRoute route, List<Integer> ports) {
        if (ports.isEmpty()) {
            return route.getMatches();
        }
        List<ConnectionMatch> matches = route.getMatches().isEmpty()
                ? List.of(ConnectionMatch.newBuilder().build())
                : route.getMatches();
        return ports.stream()
                .flatMap(port -> matches.stream()
                        .map(match ->
                                ConnectionMatch.newBuilder(match).setPort(port).build()))
                .toList();
    }

    /// By which routes name the service.
    private Set<String> keys() {
        var keys = new TreeSet<String>();
        keys.add(host);
        declared.stream()
                .filter(each -> each.kind() == Declaration.SERVICE_ENTRY)
                .forEach(each -> keys.add(
                        ApiRoute.entryKey(each.namespace(), each.age().key().name())));
        return keys;
    }

    /// Ports that the route names by number or name.
    ///
    /// @return empty when the service has none of them, an empty list for every port
    private static Optional<List<Integer>> numbers(ApiRoute route, Set<String> keys, List<ServicePort> ports) {
        var numbers = new TreeSet<Integer>();
        for (ParentReference parent : route.route().parents()) {
            if (keys.contains(ApiRoute.serviceKey(parent))) {
                if (parent.section().isEmpty() && parent.port().isEmpty()) {
                    return Optional.of(List.of());
                }
                ports.stream()
                        .filter(port -> parent.port().isEmpty() || parent.port().getAsInt() == port.getNumber())
                        .filter(port ->
                                parent.section().map(port.getName()::equals).orElse(true))
                        .forEach(port -> numbers.add(port.getNumber()));
            }
        }
        return numbers.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(numbers));
    }
}
