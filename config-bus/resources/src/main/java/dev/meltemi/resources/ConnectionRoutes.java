package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.list;

import dev.meltemi.resources.KubernetesRoute.Rule;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;
import java.util.Optional;

/// `gateway.networking.k8s.io` TLSRoute, TCPRoute and UDPRoute: rules for what is carried whole.
final class ConnectionRoutes {
    private static final Struct RULE = RouteShape.NAMED.required("backendRefs", list(RouteShape.BACKEND, 1, 16));

    private static final Struct SPEC = RouteShape.SPEC.required("rules", list(RULE, 1, 16));

    static final Kind TLS = new Kind(
            GatewayApi.GROUP,
            "TLSRoute",
            List.of("v1", "v1alpha3", "v1alpha2"),
            SPEC.field("hostnames", list(GatewayApi.HOSTNAME, 0, 1024)),
            true,
            ConnectionRoutesCheck::checkTls,
            (spec, metadata) -> read(spec, metadata, "TLSRoute"));

    static final Kind TCP = new Kind(
            GatewayApi.GROUP,
            "TCPRoute",
            List.of("v1", "v1alpha2"),
            SPEC,
            true,
            ConnectionRoutesCheck::checkOther,
            (spec, metadata) -> read(spec, metadata, "TCPRoute"));

    static final Kind UDP = Kind.opaque(
                    GatewayApi.GROUP,
                    "UDPRoute",
                    List.of("v1", "v1alpha2"),
                    SPEC,
                    ConnectionRoutesCheck::checkOther,
                    "the mesh carries TCP only, UDP passes beside it: let callers address the service's own port, or"
                            + " balance UDP with a Kubernetes Service of type LoadBalancer")
            .needingSpec();

    private ConnectionRoutes() {}

    private static KubernetesRoute read(Part spec, Metadata metadata, String kind) {
        return new KubernetesRoute(
                metadata.key(),
                kind,
                RouteShape.parents(spec, metadata),
                RouteShape.hostnames(spec),
                spec.items("rules").stream()
                        .map(rule -> new Rule(
                                rule.text("name"),
                                List.of(),
                                List.of(),
                                RouteShape.backends(rule, metadata.namespace()),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()))
                        .toList());
    }
}
