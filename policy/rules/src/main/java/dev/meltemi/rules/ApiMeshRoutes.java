package dev.meltemi.rules;

import dev.meltemi.resources.ParentReference;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.ServicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Routes of the Gateway API whose parent is a service (GAMMA): of the service's own namespace for every caller, of
/// another for callers of that one. Their backends need no grant, because a route opens nothing that its callers
/// couldn't reach without it (GEP-1294).
record ApiMeshRoutes(ApiBook book, String host, Collection<Declared> declared) {
    /// The oldest first.
    ///
    /// @param namespace of the service
    List<HttpRules> of(String namespace, List<ServicePort> ports) {
        Set<String> keys = keys();
        var routes = new TreeSet<ApiRoute>();
        keys.forEach(key -> routes.addAll(book.meshed().at(key)));
        var compiled = new ArrayList<HttpRules>();
        for (ApiRoute route : routes) {
            if (route.isHttp()) {
                numbers(route, keys, ports)
                        .ifPresent(numbers -> compiled.add(HttpRules.newBuilder(route.http())
                                .setPorts(numbers)
                                .setExportTo(List.of(
                                        route.namespace().equals(namespace)
                                                ? Visibility.EVERYWHERE
                                                : route.namespace()))
                                .build()));
            }
        }
        return compiled;
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
