package dev.meltemi.resources.status;

import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesGateway.From;
import dev.meltemi.resources.KubernetesGateway.Listener;
import dev.meltemi.resources.KubernetesGateway.RouteKind;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.ParentReference;
import java.util.List;

/// Which routes one listener of a gateway takes: the same rule by which they are compiled.
record Listening(KubernetesGateway gateway, Listener listener, Surroundings surroundings) {
    boolean isNamedBy(ParentReference parent) {
        return parent.section().map(listener.name()::equals).orElse(true)
                && (parent.port().isEmpty() || parent.port().getAsInt() == listener.port());
    }

    /// By its kind and its namespace.
    boolean allows(KubernetesRoute route) {
        return kinds().contains(route.kind()) && admits(route.key().namespace());
    }

    private boolean admits(String namespace) {
        return switch (listener.from()) {
            case From.All() -> true;
            case From.Same() -> namespace.equals(gateway.key().namespace());
            case From.None() -> false;
            case From.Selected(var selector) -> selector.selects(surroundings.labels(namespace));
        };
    }

    /// Those of the protocol, narrowed by what the listener says.
    List<String> kinds() {
        return ofProtocol().stream()
                .filter(kind -> listener.kinds().isEmpty()
                        || listener.kinds().contains(new RouteKind(Surroundings.GATEWAY_API, kind)))
                .toList();
    }

    /// Kinds that the listener names and its protocol has none of.
    List<String> foreignKinds() {
        return listener.kinds().stream()
                .filter(kind -> !kind.group().equals(Surroundings.GATEWAY_API)
                        || !ofProtocol().contains(kind.kind()))
                .map(RouteKind::kind)
                .toList();
    }

    private List<String> ofProtocol() {
        return switch (listener.protocol()) {
            case "HTTP", "HTTPS" -> List.of("HTTPRoute", "GRPCRoute");
            case "TLS" -> passesThrough() ? List.of("TLSRoute") : List.of("TLSRoute", "TCPRoute");
            case "TCP" -> List.of("TCPRoute");
            default -> List.of();
        };
    }

    private boolean passesThrough() {
        return listener.tls().map(tls -> tls.mode().equals("Passthrough")).orElse(false);
    }

    /// Whether any name is both the listener's and the route's.
    boolean sharesNames(KubernetesRoute route) {
        return listener.hostname().isEmpty()
                || route.hostnames().isEmpty()
                || route.hostnames().stream().anyMatch(name -> overlap(listener.hostname(), name));
    }

    /// `*.a.io` stands for any number of labels before `.a.io`, but not for none.
    private static boolean overlap(String one, String other) {
        return one.equals(other) || isWithin(one, other) || isWithin(other, one);
    }

    private static boolean isWithin(String name, String wildcard) {
        return wildcard.startsWith("*.")
                && name.length() > wildcard.length() - 1
                && name.endsWith(wildcard.substring(1));
    }
}
