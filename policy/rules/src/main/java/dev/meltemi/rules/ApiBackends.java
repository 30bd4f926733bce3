package dev.meltemi.rules;

import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.RouteBackend;
import dev.meltemi.schemas.compiled.ConnectionMatch;
import dev.meltemi.schemas.compiled.ConnectionRoute;
import dev.meltemi.schemas.compiled.Destination;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/// What routes of the Gateway API refer to, in compiled form. A backend that may not be referred to keeps its share,
/// which is refused.
///
/// @param permits references to other namespaces
record ApiBackends(Predicate<ObjectReference> permits) {
    /// Status of the share of a backend that isn't there or mustn't be used.
    private static final int INVALID = 500;

    WeightedDestination.Builder compiled(RouteBackend backend) {
        return WeightedDestination.newBuilder()
                .setDestination(destination(backend).orElseGet(() -> named(backend)))
                .setWeight(backend.weight())
                .setMissingStatus(INVALID)
                .setRefused(destination(backend).isEmpty());
    }

    /// Empty when the reference isn't valid, whatever exists.
    Optional<Destination> destination(RouteBackend backend) {
        return backend.port().isPresent() && permits.test(backend.to())
                ? host(backend.to()).map(host -> destination(host, backend))
                : Optional.empty();
    }

    /// Only where the SNI of a connection is one of the route's names.
    List<ConnectionRoute> connections(KubernetesRoute route) {
        var match = ConnectionMatch.newBuilder().setSniHosts(route.hostnames()).build();
        return switch (route.kind()) {
            case "TLSRoute" -> connections(route, List.of(match));
            case "TCPRoute" -> connections(route, List.of());
            default -> List.of();
        };
    }

    private List<ConnectionRoute> connections(KubernetesRoute route, List<ConnectionMatch> matches) {
        return route.rules().stream()
                .map(rule -> new ConnectionRoute(
                        matches,
                        rule.backends().stream()
                                .filter(backend -> backend.weight() > 0)
                                .map(backend -> compiled(backend).build())
                                .toList()))
                .toList();
    }

    private static Optional<String> host(ObjectReference to) {
        return switch (to.group() + "/" + to.kind()) {
            case "/Service" -> Optional.of(HostName.ofService(to.name(), to.namespace()));
            // Istio's way to a host that only a ServiceEntry declares
            case "networking.istio.io/Hostname" -> Optional.of(to.name().toLowerCase(Locale.ROOT));
            default -> Optional.empty();
        };
    }

    /// For people who look for what was refused.
    private static Destination named(RouteBackend backend) {
        ObjectReference to = backend.to();
        return destination(host(to).orElse(to.kind() + "/" + to.namespace() + "/" + to.name()), backend);
    }

    private static Destination destination(String host, RouteBackend backend) {
        return Destination.newBuilder()
                .setHost(host)
                .setPort(backend.port().orElse(0))
                .build();
    }
}
