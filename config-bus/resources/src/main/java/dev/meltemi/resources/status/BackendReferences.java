package dev.meltemi.resources.status;

import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.RouteBackend;
import dev.meltemi.resources.RouteFilter;
import dev.meltemi.resources.ServicePort;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Whether everything that a route sends requests to is there and may be used.
///
/// @param mesh the parent is a service: then a route opens nothing that its callers couldn't reach without it, and
/// needs no grant (GEP-1294)
record BackendReferences(KubernetesRoute route, Surroundings surroundings, boolean mesh) {
    private static final List<String> KINDS = List.of("/Service", "networking.istio.io/Hostname");

    /// The first fault, in the order of the rules.
    Condition resolved() {
        return backends()
                .flatMap(backend -> fault(backend).stream())
                .findFirst()
                .orElse(Condition.yes(Condition.RESOLVED_REFS));
    }

    private Stream<RouteBackend> backends() {
        return route.rules().stream()
                .flatMap(rule -> Stream.concat(
                        mirrored(rule.filters()),
                        rule.backends().stream()
                                .flatMap(backend -> Stream.concat(Stream.of(backend), mirrored(backend.filters())))));
    }

    private static Stream<RouteBackend> mirrored(List<RouteFilter> filters) {
        return filters.stream()
                .flatMap(filter ->
                        filter instanceof RouteFilter.Mirror mirror ? Stream.of(mirror.to()) : Stream.empty());
    }

    private Optional<Condition> fault(RouteBackend backend) {
        ObjectReference to = backend.to();
        String name = to.kind() + " " + RouteStatus.name(to);
        if (!KINDS.contains(to.group() + "/" + to.kind())) {
            return unresolved("InvalidKind", name + " is no backend: expected a Service, or Istio's Hostname");
        }
        if (!mesh && !surroundings.permits(route.key(), to)) {
            return unresolved(
                    "RefNotPermitted", "no ReferenceGrant in namespace " + to.namespace() + " permits " + name);
        }
        if (backend.port().isEmpty()) {
            return unresolved("UnsupportedValue", name + " needs a port");
        }
        Optional<List<ServicePort>> ports = surroundings.ports(to);
        if (ports.isEmpty()) {
            return unresolved(
                    "BackendNotFound",
                    "no document declares " + name + ": only workloads that register for it could answer");
        }
        int port = backend.port().getAsInt();
        return ports.get().stream().anyMatch(known -> known.number() == port)
                ? Optional.empty()
                : unresolved("BackendNotFound", name + " has no port " + port);
    }

    private static Optional<Condition> unresolved(String reason, String message) {
        return Optional.of(Condition.no(Condition.RESOLVED_REFS, reason, message));
    }
}
