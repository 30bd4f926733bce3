package dev.meltemi.rules;

import dev.meltemi.resources.Destination;
import dev.meltemi.resources.HttpMatch;
import dev.meltemi.resources.HttpRoute;
import dev.meltemi.resources.VirtualService;
import java.util.List;

/// A VirtualService without hosts: rules that others put in place of one of theirs. It acts on nothing by itself.
///
/// @param name `namespace/name`, as those others refer to it
/// @param exportTo resolved: namespaces whose rules may use it
/// @param routes with every name resolved in its own namespace, whoever uses it
record Delegate(String name, List<String> exportTo, List<HttpRoute> routes) implements Entry {
    static Delegate of(VirtualService service) {
        String namespace = service.key().namespace();
        return new Delegate(
                service.key().qualifiedName(),
                Visibility.resolved(service.exportTo(), namespace),
                service.http().stream().map(route -> resolved(route, namespace)).toList());
    }

    boolean isVisibleFrom(String namespace) {
        return exportTo.contains(Visibility.EVERYWHERE) || exportTo.contains(namespace);
    }

    private static HttpRoute resolved(HttpRoute route, String namespace) {
        return new HttpRoute(
                route.name(),
                route.matches().stream()
                        .map(match -> resolved(match, namespace))
                        .toList(),
                route.destinations().stream()
                        .map(to -> new HttpRoute.WeightedDestination(
                                resolved(to.destination(), namespace), to.weight(), to.headers()))
                        .toList(),
                route.redirect(),
                route.directResponse(),
                route.rewrite(),
                route.timeout(),
                route.retries(),
                route.fault(),
                route.cors(),
                route.delegate(),
                route.mirror().map(mirror -> resolved(mirror, namespace)),
                route.mirrorPercent(),
                route.mirrors().stream()
                        .map(mirror ->
                                new HttpRoute.Mirror(resolved(mirror.destination(), namespace), mirror.percent()))
                        .toList(),
                route.headers());
    }

    private static HttpMatch resolved(HttpMatch match, String namespace) {
        return match.gateways().isEmpty()
                ? match
                : match.withGateways(GatewayName.resolved(match.gateways(), namespace));
    }

    private static Destination resolved(Destination destination, String namespace) {
        return new Destination(
                HostName.qualified(destination.host(), namespace), destination.subset(), destination.port());
    }
}
