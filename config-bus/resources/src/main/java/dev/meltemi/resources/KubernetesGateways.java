package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// `gateway.networking.k8s.io` Gateway, its GatewayClass, and the ListenerSet that adds to one.
final class KubernetesGateways {
    private static final String NO_KUBERNETES =
            "the mesh starts no proxies and gives no addresses: run meltemi gateway" + " where callers reach it";

    private static final Struct ADDRESS = struct().field(
                    "type",
                    GatewayApi.matching(
                            1,
                            253,
                            "^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                                    + "(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
                            "IPAddress, Hostname or one of an implementation, such as example.com/type"))
            .field("value", text(0, 253));

    private static final Struct CLIENT_VALIDATION = struct().field(
                    "validation",
                    struct().required("caCertificateRefs", list(GatewayApi.REFERENCE, 1, 16))
                            .field("mode", choice("AllowValidOnly", "AllowInsecureFallback")));

    private static final Struct TLS = struct().field(
                    "backend", struct().field("clientCertificateRef", GatewayApi.DEFAULTED_REFERENCE))
            .field(
                    "frontend",
                    struct().required("default", CLIENT_VALIDATION)
                            .field(
                                    "perPort",
                                    list(struct().required("port", port()).required("tls", CLIENT_VALIDATION), 0, 64)
                                            .distinctBy("port")));

    private static final Struct INFRASTRUCTURE = struct().field(
                    "labels",
                    table(GatewayApi.matching(
                                    0,
                                    63,
                                    "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
                                    "a label's value: letters, digits, -, _ and ., at most 63"))
                            .atMost(8))
            .field("annotations", table(text(0, 4096)).atMost(16))
            .field("parametersRef", GatewayApi.LOCAL_REFERENCE);

    private static final Struct SPEC = struct().required("gatewayClassName", GatewayApi.ANY_NAME)
            .required("listeners", Listeners.SHAPE)
            .notYet("addresses", list(ADDRESS, 0, 16), NO_KUBERNETES)
            .notYet("infrastructure", INFRASTRUCTURE, NO_KUBERNETES)
            .notYet(
                    "tls",
                    TLS,
                    "listeners ask for no client certificates, and services are shown none: an Istio Gateway asks with"
                            + " mode MUTUAL, a DestinationRule shows one")
            .notYet(
                    "allowedListeners",
                    struct().field(
                                    "namespaces",
                                    struct().field("from", choice("All", "Selector", "Same", "None"))
                                            .field("selector", Listeners.SELECTOR)),
                    "ListenerSets add no listeners yet: write them into the Gateway")
            .notYet(
                    "defaultScope",
                    choice("All", "None"),
                    "no gateway is a default: name it in the parentRefs of its routes");

    static final Kind GATEWAY = new Kind(
            GatewayApi.GROUP,
            "Gateway",
            List.of("v1", "v1beta1"),
            SPEC,
            true,
            KubernetesGatewaysCheck::check,
            KubernetesGateways::read);

    static final Kind CLASS = Kind.opaque(
                    GatewayApi.GROUP,
                    "GatewayClass",
                    List.of("v1", "v1beta1"),
                    struct().required(
                                    "controllerName",
                                    GatewayApi.matching(
                                            1,
                                            253,
                                            "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/"
                                                    + "[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
                                            "a domain and a path, such as example.com/controller"))
                            .field("description", text(0, 64))
                            .field("parametersRef", GatewayApi.REFERENCE),
                    (spec, metadata, report) -> {},
                    "the mesh is the only controller here: a Gateway of any class is served by the gateway workloads"
                            + " that are labelled with its name")
            .needingSpec();

    private static final Struct LISTENER_SET =
            struct().required("parentRef", GatewayApi.DEFAULTED_REFERENCE).required("listeners", Listeners.SHAPE);

    static final Kind LISTENERS = listenerSet(GatewayApi.GROUP, "ListenerSet", "v1");

    /// As it was named while it was tried out.
    static final Kind X_LISTENERS = listenerSet("gateway.networking.x-k8s.io", "XListenerSet", "v1alpha1");

    private KubernetesGateways() {}

    private static Kind listenerSet(String group, String name, String version) {
        return Kind.opaque(
                        group,
                        name,
                        List.of(version),
                        LISTENER_SET,
                        (spec, metadata, report) -> KubernetesGatewaysCheck.checkListeners(spec, report),
                        "adds no listeners yet: write them into the Gateway")
                .needingSpec();
    }

    private static KubernetesGateway read(Part spec, Metadata metadata) {
        return new KubernetesGateway(
                metadata.key(),
                spec.text("gatewayClassName"),
                spec.items("listeners").stream()
                        .map(listener -> Listeners.read(listener, metadata.namespace()))
                        .toList());
    }
}
