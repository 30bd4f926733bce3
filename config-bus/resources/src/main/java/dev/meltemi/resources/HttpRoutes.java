package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.KubernetesRoute.Retry;
import dev.meltemi.resources.KubernetesRoute.Rule;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;
import java.util.Optional;

/// `gateway.networking.k8s.io` HTTPRoute and GRPCRoute: rules for requests.
final class HttpRoutes {
    private static final String STICKY =
            "a session isn't pinned to an endpoint by a route: use a DestinationRule's consistentHash with httpCookie";

    private static final Struct RULE =
            RouteShape.NAMED.notYet("sessionPersistence", RouteShape.SESSION_PERSISTENCE, STICKY);

    private static final Struct RETRY = struct().field(
                    "codes", list(whole(400, 599)).distinct())
            .field("attempts", whole(1, Integer.MAX_VALUE))
            .field("backoff", GatewayApi.DURATION);

    private static final Struct HTTP_RULE = RULE.field("matches", RouteMatches.HTTP)
            .field("filters", RouteFilters.HTTP)
            .field("backendRefs", list(RouteShape.BACKEND.field("filters", RouteFilters.HTTP_OF_BACKEND), 0, 16))
            .field(
                    "timeouts",
                    struct().field("request", GatewayApi.DURATION).field("backendRequest", GatewayApi.DURATION))
            .field("retry", RETRY);

    private static final Struct GRPC_RULE = RULE.field("matches", RouteMatches.GRPC)
            .field("filters", RouteFilters.GRPC)
            .field("backendRefs", list(RouteShape.BACKEND.field("filters", RouteFilters.GRPC), 0, 16));

    static final Kind HTTP = new Kind(
            GatewayApi.GROUP,
            "HTTPRoute",
            List.of("v1", "v1beta1"),
            RouteShape.SPEC.field("hostnames", RouteShape.HOSTNAMES).field("rules", list(HTTP_RULE, 1, 16)),
            true,
            HttpRoutesCheck::checkHttp,
            HttpRoutes::readHttp);

    static final Kind GRPC = new Kind(
            GatewayApi.GROUP,
            "GRPCRoute",
            List.of("v1", "v1alpha2"),
            RouteShape.SPEC.field("hostnames", RouteShape.HOSTNAMES).field("rules", list(GRPC_RULE, 0, 16)),
            true,
            HttpRoutesCheck::checkGrpc,
            HttpRoutes::readGrpc);

    private HttpRoutes() {}

    private static KubernetesRoute readHttp(Part spec, Metadata metadata) {
        List<Part> rules = spec.has("rules") ? spec.items("rules") : List.of(spec.at("rules"));
        return new KubernetesRoute(
                metadata.key(),
                "HTTPRoute",
                RouteShape.parents(spec, metadata),
                RouteShape.hostnames(spec),
                rules.stream()
                        .map(rule -> new Rule(
                                rule.text("name"),
                                RouteMatches.readHttp(rule),
                                RouteFilters.read(rule, metadata.namespace()),
                                RouteShape.backends(rule, metadata.namespace()),
                                rule.at("timeouts").duration("request"),
                                rule.at("timeouts").duration("backendRequest"),
                                retry(rule.at("retry"))))
                        .toList());
    }

    private static Optional<Retry> retry(Part retry) {
        return retry.isPresent()
                ? Optional.of(new Retry(
                        retry.items("codes").stream()
                                .map(code -> (int) code.whole())
                                .toList(),
                        retry.has("attempts") ? Optional.of((int) retry.whole("attempts")) : Optional.empty(),
                        retry.duration("backoff")))
                : Optional.empty();
    }

    private static KubernetesRoute readGrpc(Part spec, Metadata metadata) {
        return new KubernetesRoute(
                metadata.key(),
                "GRPCRoute",
                RouteShape.parents(spec, metadata),
                RouteShape.hostnames(spec),
                spec.items("rules").stream()
                        .map(rule -> new Rule(
                                rule.text("name"),
                                RouteMatches.readGrpc(rule),
                                RouteFilters.read(rule, metadata.namespace()),
                                RouteShape.backends(rule, metadata.namespace()),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()))
                        .toList());
    }
}
