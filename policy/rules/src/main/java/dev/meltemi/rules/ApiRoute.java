package dev.meltemi.rules;

import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.ParentReference;
import dev.meltemi.resources.RouteBackend;
import dev.meltemi.resources.RouteFilter;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.HttpRules;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A route of the Gateway API with everything that can be compiled from it alone: all of it, unless it refers to other
/// namespaces, which at a gateway takes a grant.
///
/// @param offset of the accepted version
/// @param gateways keys of the gateways that it names as parents
/// @param services hosts of Services, and {@link #entryKey}s, that it names as parents
/// @param reaches other namespaces that its backends are in
/// @param http as if it were permitted to refer to everything; without routes for a route of connections
/// @param connections the same for TLSRoute and TCPRoute
record ApiRoute(
        Age age,
        long offset,
        KubernetesRoute route,
        Set<String> gateways,
        Set<String> services,
        Set<String> reaches,
        HttpRules http,
        ConnectionRules connections)
        implements ApiEntry, Comparable<ApiRoute> {
    static ApiRoute of(KubernetesRoute route, long offset, long created) {
        var age = new Age(created, route.key());
        var gateways = new TreeSet<String>();
        var services = new TreeSet<String>();
        for (ParentReference parent : route.parents()) {
            if (isGateway(parent)) {
                gateways.add(ApiGateway.key(parent.to().namespace(), parent.to().name()));
            } else if (!serviceKey(parent).isEmpty()) {
                services.add(serviceKey(parent));
            }
        }
        var reaches = new TreeSet<String>();
        references(route)
                .map(ObjectReference::namespace)
                .filter(namespace -> !namespace.equals(route.key().namespace()))
                .forEach(reaches::add);
        return new ApiRoute(
                age,
                offset,
                route,
                gateways,
                services,
                reaches,
                http(route, age, offset, any -> true),
                connections(route, age, offset, any -> true));
    }

    String namespace() {
        return route.key().namespace();
    }

    /// HTTPRoute and GRPCRoute; the others route connections.
    boolean isHttp() {
        return isHttp(route);
    }

    private static boolean isHttp(KubernetesRoute route) {
        return route.kind().equals("HTTPRoute") || route.kind().equals("GRPCRoute");
    }

    /// @param permits references to other namespaces
    HttpRules http(Predicate<ObjectReference> permits) {
        return reaches.isEmpty() ? http : http(route, age, offset, permits);
    }

    /// @param permits references to other namespaces
    ConnectionRules connections(Predicate<ObjectReference> permits) {
        return reaches.isEmpty() ? connections : connections(route, age, offset, permits);
    }

    static boolean isGateway(ParentReference parent) {
        return parent.to().group().equals(ApiGateway.GROUP)
                && parent.to().kind().equals(ApiGateway.KIND);
    }

    /// Empty when the parent is no service.
    static String serviceKey(ParentReference parent) {
        return serviceKey(parent.to());
    }

    /// Empty when it is no service.
    static String serviceKey(ObjectReference to) {
        return switch (to.group() + "/" + to.kind()) {
            case "/Service" -> HostName.ofService(to.name(), to.namespace());
            case "networking.istio.io/ServiceEntry" -> entryKey(to.namespace(), to.name());
            default -> "";
        };
    }

    /// No host has a slash.
    static String entryKey(String namespace, String name) {
        return "ServiceEntry/" + namespace + "/" + name;
    }

    /// Key of the document that an {@link #entryKey} means.
    static String entryDocument(String entryKey) {
        String[] parts = entryKey.split("/", -1);
        return new ResourceKey("networking.istio.io", parts[0], parts[1], parts[2]).toString();
    }

    private static Stream<ObjectReference> references(KubernetesRoute route) {
        return route.rules().stream()
                .flatMap(rule -> Stream.concat(
                        rule.backends().stream(),
                        Stream.concat(
                                        rule.filters().stream(),
                                        rule.backends().stream().flatMap(backend -> backend.filters().stream()))
                                .flatMap(ApiRoute::mirrored)))
                .map(RouteBackend::to);
    }

    private static Stream<RouteBackend> mirrored(RouteFilter filter) {
        return filter instanceof RouteFilter.Mirror mirror ? Stream.of(mirror.to()) : Stream.empty();
    }

    private static HttpRules http(KubernetesRoute route, Age age, long offset, Predicate<ObjectReference> permits) {
        var actions = new ApiActions(new ApiBackends(permits));
        return HttpRules.newBuilder()
                .setKind(route.kind())
                .setCreated(age.created())
                .setRule(route.key().qualifiedName())
                .setNamespace(route.key().namespace())
                .setConfigOffset(offset)
                .setRoutes(
                        isHttp(route)
                                ? route.rules().stream().map(actions::compiled).toList()
                                : List.of())
                .build();
    }

    private static ConnectionRules connections(
            KubernetesRoute route, Age age, long offset, Predicate<ObjectReference> permits) {
        return ConnectionRules.newBuilder()
                .setKind(route.kind())
                .setCreated(age.created())
                .setRule(route.key().qualifiedName())
                .setNamespace(route.key().namespace())
                .setConfigOffset(offset)
                .setRoutes(new ApiBackends(permits).connections(route))
                .build();
    }

    @Override
    public int compareTo(ApiRoute other) {
        return age.compareTo(other.age);
    }
}
