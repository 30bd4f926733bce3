package dev.meltemi.rules;

import dev.meltemi.resources.HttpRoute;
import dev.meltemi.resources.VirtualService;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.HttpRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A VirtualService with everything that can be compiled from it alone, once, however many hosts it concerns.
///
/// Sorted as a client tries the rules for one host: those exported to named namespaces before public ones,
/// then the oldest first (Istio: `SelectVirtualServices`). They aren't merged on the mesh: the first that a
/// client sees owns the host.
///
/// @param hosts fully qualified, perhaps wildcards
/// @param gateways `mesh` or `namespace/name`
/// @param http what it says by itself, without the rules that stand for delegates'
/// @param delegating all its rules as the document has them, when some stand for delegates'; else empty
/// @param tls empty when it says nothing of connections that stay encrypted
/// @param tcp empty when it says nothing of plain connections
record Rule(
        Age age,
        Set<String> hosts,
        Set<String> gateways,
        HttpRules http,
        List<HttpRoute> delegating,
        ConnectionRules tls,
        ConnectionRules tcp)
        implements Entry, Comparable<Rule> {
    private static final Comparator<Rule> ORDER =
            Comparator.comparing(Rule::isPublic).thenComparing(Rule::age);

    static Rule of(VirtualService service, long offset, long created) {
        String namespace = service.key().namespace();
        List<String> gateways = GatewayName.resolved(service.gateways(), namespace);
        var hosts = new TreeSet<String>();
        service.hosts().forEach(host -> hosts.add(HostName.qualified(host, namespace)));
        var http = HttpRules.newBuilder()
                .setRule(service.key().qualifiedName())
                .setNamespace(namespace)
                .setConfigOffset(offset)
                .setExportTo(Visibility.resolved(service.exportTo(), namespace))
                .setGateways(gateways)
                .setHosts(gateways.contains(GatewayName.MESH) ? namedBeside(hosts) : List.of())
                .setRoutes(service.http().stream()
                        .filter(route -> route.delegate().isEmpty())
                        .map(route -> RouteActions.compiled(route, namespace))
                        .toList())
                .build();
        boolean delegates =
                service.http().stream().anyMatch(route -> route.delegate().isPresent());
        return new Rule(
                new Age(created, service.key()),
                hosts,
                new TreeSet<>(gateways),
                http,
                delegates ? service.http() : List.of(),
                Connections.compiled(service.tls(), http, created),
                Connections.compiled(service.tcp(), http, created));
    }

    /// With the rules of its delegates. One that is missing, or not exported here, costs the rule that names
    /// it.
    HttpRules http(Delegations delegations) {
        if (delegating.isEmpty()) {
            return http;
        }
        String namespace = http.getNamespace();
        var routes = new ArrayList<HttpRoute>();
        for (HttpRoute route : delegating) {
            if (route.delegate().isEmpty()) {
                routes.add(route);
                continue;
            }
            Delegate found = delegations.delegates().get(nameOf(route.delegate().get()));
            if (found != null && found.isVisibleFrom(namespace)) {
                routes.addAll(DelegateMerge.merged(route, found.routes()));
            }
        }
        return HttpRules.newBuilder(http)
                .setRoutes(routes.stream()
                        .map(route -> RouteActions.compiled(route, namespace))
                        .toList())
                .build();
    }

    /// Delegates that it names, `namespace/name`.
    Set<String> delegates() {
        var names = new TreeSet<String>();
        delegating.forEach(route -> route.delegate().ifPresent(delegate -> names.add(nameOf(delegate))));
        return names;
    }

    private String nameOf(HttpRoute.Delegate delegate) {
        return delegate.namespace().orElse(http.getNamespace()) + "/" + delegate.name();
    }

    /// A single full name is that of the records it stands in.
    private static List<String> namedBeside(Set<String> hosts) {
        boolean alone = hosts.size() == 1 && hosts.stream().noneMatch(HostName::isWildcard);
        return alone ? List.of() : List.copyOf(hosts);
    }

    /// Hosts for which sidecars follow this rule.
    Set<String> meshHosts() {
        return gateways.contains(GatewayName.MESH) ? hosts : Set.of();
    }

    /// Gateways that follow this rule, `namespace/name`.
    Set<String> boundTo() {
        var names = new TreeSet<>(gateways);
        names.remove(GatewayName.MESH);
        return names;
    }

    private boolean isPublic() {
        return http.getExportTo().contains(Visibility.EVERYWHERE);
    }

    @Override
    public int compareTo(Rule other) {
        return ORDER.compare(this, other);
    }
}
