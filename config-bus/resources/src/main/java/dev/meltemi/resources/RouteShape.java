package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.shape.Items;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// What every route of the Gateway API has: parents, host names, rules with a name and backends.
final class RouteShape {
    static final Struct PARENT = GatewayApi.DEFAULTED_REFERENCE
            .field("sectionName", GatewayApi.SECTION_NAME)
            .field("port", port());

    static final Struct BACKEND = GatewayApi.PORT_REFERENCE.field("weight", whole(0, 1_000_000));

    static final Items HOSTNAMES = list(GatewayApi.HOSTNAME, 0, 16);

    static final Struct NAMED = struct().field("name", GatewayApi.SECTION_NAME);

    static final Struct SPEC = struct().field("parentRefs", list(PARENT, 0, 32))
            .notYet(
                    "useDefaultGateways",
                    choice("All", "None"),
                    "no gateway is a default: name the gateways in parentRefs");

    /// A sticky session's shape is the same in both protocols.
    static final Struct SESSION_PERSISTENCE = struct().field("type", choice("Cookie", "Header"))
            .field("absoluteTimeout", GatewayApi.DURATION)
            .field(
                    "cookie",
                    struct().field("name", GatewayApi.HEADER_NAME)
                            .field("path", text(0, 1024))
                            .field("lifetimeType", choice("Permanent", "Session")))
            .field("header", struct().required("name", GatewayApi.HEADER_NAME));

    private RouteShape() {}

    static List<ParentReference> parents(Part spec, Metadata metadata) {
        return spec.items("parentRefs").stream()
                .map(parent -> new ParentReference(
                        GatewayApi.toGateway(parent, metadata.namespace()),
                        parent.someText("sectionName"),
                        parent.someInt("port")))
                .toList();
    }

    static List<String> hostnames(Part spec) {
        return spec.items("hostnames").stream().map(GatewayApi::lowerCase).toList();
    }

    static List<RouteBackend> backends(Part rule, String namespace) {
        return rule.items("backendRefs").stream()
                .map(backend -> backend(backend, namespace))
                .toList();
    }

    static RouteBackend backend(Part backend, String namespace) {
        return new RouteBackend(
                GatewayApi.toService(backend, namespace),
                backend.someInt("port"),
                backend.has("weight") ? (int) backend.whole("weight") : 1,
                RouteFilters.read(backend, namespace));
    }
}
