package dev.meltemi.rules;

import dev.meltemi.resources.BackendTlsPolicy;
import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.Namespace;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.ParentReference;
import dev.meltemi.resources.ReferenceGrant;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.RouteBackend;
import dev.meltemi.resources.RouteFilter;
import dev.meltemi.resources.StringMatch;
import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/// Documents of the Gateway API that collide with each other and with {@link MeshGenerator}'s services.
final class ApiGenerator {
    private static final String GROUP = "gateway.networking.k8s.io";
    private static final List<String> NAMESPACES = List.of("shop", "bank");
    private static final List<String> NAMES = List.of("*.example.com", "api.example.com", "*.api.example.com");

    private static final KubernetesGateway.From SELECTED =
            new KubernetesGateway.From.Selected(new KubernetesGateway.Selector(Map.of("public", "yes"), List.of()));

    private final Random random;

    ApiGenerator(Random random) {
        this.random = random;
    }

    Resource resource() {
        return switch (random.nextInt(11)) {
            case 0, 1 -> gateway();
            case 2, 3 ->
                new Namespace(
                        new ResourceKey("", "Namespace", "default", pick(NAMESPACES)),
                        maybe() ? Map.of("public", "yes") : Map.of());
            case 4 -> grant();
            case 5, 6 -> backendTls();
            default -> route();
        };
    }

    private KubernetesGateway gateway() {
        return new KubernetesGateway(
                key("Gateway", pick(List.of("door", "gate"))),
                "class",
                List.of(listener("one"), listener("two"), listener("three")));
    }

    private KubernetesGateway.Listener listener(String name) {
        String protocol = pick(List.of("HTTP", "HTTP", "HTTPS", "TLS", "TCP"));
        return new KubernetesGateway.Listener(
                name,
                80 + random.nextInt(2),
                protocol,
                maybe() ? "" : pick(NAMES),
                protocol.equals("HTTPS")
                        ? Optional.of(new KubernetesGateway.Tls(
                                "Terminate", List.of(new ObjectReference("", "Secret", pick(NAMESPACES), "cert"))))
                        : Optional.empty(),
                pick(List.of(
                        SELECTED,
                        SELECTED,
                        SELECTED,
                        new KubernetesGateway.From.All(),
                        new KubernetesGateway.From.Same(),
                        new KubernetesGateway.From.None())),
                maybe() ? List.of() : List.of(new KubernetesGateway.RouteKind(GROUP, "HTTPRoute")));
    }

    private ReferenceGrant grant() {
        return new ReferenceGrant(
                key("ReferenceGrant", pick(List.of("a", "b"))),
                List.of(new ReferenceGrant.From(
                        GROUP, pick(List.of("HTTPRoute", "TLSRoute", "Gateway")), pick(NAMESPACES))),
                List.of(new ReferenceGrant.To(
                        "", pick(List.of("Service", "Secret")), maybe() ? Optional.empty() : Optional.of("cart"))));
    }

    private BackendTlsPolicy backendTls() {
        String namespace = pick(NAMESPACES);
        return new BackendTlsPolicy(
                key("BackendTLSPolicy", pick(List.of("a", "b"))),
                List.of(new BackendTlsPolicy.Target(
                        new ObjectReference("", "Service", namespace, "cart"),
                        maybe() ? Optional.empty() : Optional.of("http"))),
                "cart.example.com",
                List.of(new ObjectReference("", maybe() ? "ConfigMap" : "Pod", namespace, "ca")),
                "",
                List.of());
    }

    private KubernetesRoute route() {
        var rule = new KubernetesRoute.Rule(
                "",
                List.of(new KubernetesRoute.Match(
                        Optional.of(new KubernetesRoute.Path.Prefix("/" + random.nextInt(3))),
                        Optional.empty(),
                        maybe() ? Map.of() : Map.of("a", new StringMatch.Exact("b")),
                        Map.of())),
                maybe() ? List.of() : List.of(new RouteFilter.Mirror(backend(), 10)),
                List.of(backend(), backend()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        String kind = pick(List.of("HTTPRoute", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"));
        return new KubernetesRoute(
                key(kind, pick(List.of("a", "b", "c"))),
                kind,
                List.of(parent(), parent()),
                maybe() ? List.of() : List.of(pick(NAMES)),
                List.of(rule));
    }

    private ParentReference parent() {
        var parent = pick(List.of(
                new ObjectReference(GROUP, "Gateway", pick(NAMESPACES), pick(List.of("door", "gate"))),
                new ObjectReference("", "Service", pick(NAMESPACES), pick(List.of("cart", "till"))),
                new ObjectReference(
                        "networking.istio.io", "ServiceEntry", pick(NAMESPACES), pick(List.of("one", "two")))));
        return new ParentReference(
                parent,
                maybe() ? Optional.empty() : Optional.of(pick(List.of("one", "two", "http"))),
                maybe() ? OptionalInt.empty() : OptionalInt.of(80 + random.nextInt(2)));
    }

    private RouteBackend backend() {
        return new RouteBackend(
                new ObjectReference(
                        "", maybe() ? "Service" : "Bucket", pick(NAMESPACES), pick(List.of("cart", "till"))),
                maybe() ? OptionalInt.empty() : OptionalInt.of(80),
                random.nextInt(3),
                List.of());
    }

    private ResourceKey key(String kind, String name) {
        return new ResourceKey(GROUP, kind, pick(NAMESPACES), name);
    }

    private boolean maybe() {
        return random.nextBoolean();
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
