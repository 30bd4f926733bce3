package dev.meltemi.resources.status;

import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.KubernetesRoute.Rule;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.ParentReference;
import dev.meltemi.resources.RouteFilter;
import dev.meltemi.resources.ServicePort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What becomes of a route at each of its parents: the front door for routes.
public final class RouteStatus {
    private static final String NO_MATCHING_PARENT = "NoMatchingParent";

    private final KubernetesRoute route;
    private final Surroundings surroundings;

    private RouteStatus(KubernetesRoute route, Surroundings surroundings) {
        this.route = route;
        this.surroundings = surroundings;
    }

    /// In the order of the route's parents.
    public static List<ParentStatus> of(KubernetesRoute route, Surroundings surroundings) {
        var status = new RouteStatus(route, surroundings);
        return route.parents().stream().map(status::at).toList();
    }

    private ParentStatus at(ParentReference parent) {
        var conditions = new ArrayList<Condition>();
        conditions.add(refusal(parent).orElse(Condition.yes(Condition.ACCEPTED)));
        conditions.add(new BackendReferences(route, surroundings, parent.isService()).resolved());
        partlyInvalid().ifPresent(conditions::add);
        return new ParentStatus(parent, conditions);
    }

    /// Empty when the parent takes the route.
    private Optional<Condition> refusal(ParentReference parent) {
        Optional<Condition> byParent = switch (parent.to().group() + "/"
                + parent.to().kind()) {
            case Surroundings.GATEWAY_API + "/Gateway" -> byGateway(parent);
            case "/Service", "networking.istio.io/ServiceEntry" -> byService(parent);
            default -> refused(NO_MATCHING_PARENT, "a route attaches to a Gateway, a Service or a ServiceEntry");
        };
        return byParent.or(this::byFilters);
    }

    private Optional<Condition> byGateway(ParentReference parent) {
        Optional<KubernetesGateway> gateway = surroundings.gateway(parent.to());
        if (gateway.isEmpty()) {
            return refused(NO_MATCHING_PARENT, "there is no Gateway " + name(parent.to()));
        }
        List<Listening> named = gateway.get().listeners().stream()
                .map(listener -> new Listening(gateway.get(), listener, surroundings))
                .filter(listening -> listening.isNamedBy(parent))
                .toList();
        if (named.isEmpty()) {
            return refused(NO_MATCHING_PARENT, "Gateway " + name(parent.to()) + " has no such listener");
        }
        List<Listening> allowing =
                named.stream().filter(listening -> listening.allows(route)).toList();
        if (allowing.isEmpty()) {
            return refused(
                    "NotAllowedByListeners",
                    "no listener takes a " + route.kind() + " of namespace "
                            + route.key().namespace() + ": see its allowedRoutes and protocol");
        }
        return allowing.stream().anyMatch(listening -> listening.sharesNames(route))
                ? Optional.empty()
                : refused(
                        "NoMatchingListenerHostname",
                        "no listener has a hostname that covers " + String.join(", ", route.hostnames()));
    }

    private Optional<Condition> byService(ParentReference parent) {
        Optional<List<ServicePort>> ports = surroundings.ports(parent.to());
        if (ports.isEmpty()) {
            return refused(
                    NO_MATCHING_PARENT, "no document declares " + parent.to().kind() + " " + name(parent.to()));
        }
        if (ports.get().stream().noneMatch(port -> isNamedBy(parent, port))) {
            return refused(NO_MATCHING_PARENT, parent.to().kind() + " " + name(parent.to()) + " has no such port");
        }
        return Optional.empty();
    }

    private static boolean isNamedBy(ParentReference parent, ServicePort port) {
        return parent.section().map(port.name()::equals).orElse(true)
                && (parent.port().isEmpty() || parent.port().getAsInt() == port.number());
    }

    /// Every rule has a filter that the mesh can't do.
    private Optional<Condition> byFilters() {
        List<Rule> rules = route.rules();
        return !rules.isEmpty()
                        && rules.stream()
                                .allMatch(rule -> unsupported(rule).findAny().isPresent())
                ? refused("IncompatibleFilters", "every rule answers 500, for its filters: " + unsupported())
                : Optional.empty();
    }

    private Optional<Condition> partlyInvalid() {
        String filters = unsupported();
        return filters.isEmpty()
                ? Optional.empty()
                : Optional.of(new Condition(
                        "PartiallyInvalid",
                        true,
                        "UnsupportedValue",
                        "rules and backends with these filters answer 500: " + filters));
    }

    private String unsupported() {
        return String.join(
                ", ",
                route.rules().stream()
                        .flatMap(rule -> Stream.concat(unsupported(rule), unsupportedOfBackends(rule)))
                        .distinct()
                        .sorted()
                        .toList());
    }

    private static Stream<String> unsupported(Rule rule) {
        return rule.filters().stream()
                .flatMap(filter ->
                        filter instanceof RouteFilter.Unsupported(String type) ? Stream.of(type) : Stream.empty());
    }

    /// Of single backends, whose share alone answers 500.
    private static Stream<String> unsupportedOfBackends(Rule rule) {
        return rule.backends().stream()
                .flatMap(backend -> backend.filters().stream())
                .flatMap(filter -> switch (filter) {
                    case RouteFilter.Unsupported(String type) -> Stream.of(type);
                    case RouteFilter.Cors(var _) -> Stream.of("CORS");
                    case RouteFilter.RequestHeaders _,
                            RouteFilter.ResponseHeaders _,
                            RouteFilter.Redirect _,
                            RouteFilter.Rewrite _,
                            RouteFilter.Mirror _ -> Stream.empty();
                });
    }

    private static Optional<Condition> refused(String reason, String message) {
        return Optional.of(Condition.no(Condition.ACCEPTED, reason, message));
    }

    static String name(ObjectReference to) {
        return to.namespace() + "/" + to.name();
    }
}
