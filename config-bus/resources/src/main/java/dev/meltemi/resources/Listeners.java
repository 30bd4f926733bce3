package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.KubernetesGateway.From;
import dev.meltemi.resources.KubernetesGateway.Listener;
import dev.meltemi.resources.KubernetesGateway.Requirement;
import dev.meltemi.resources.KubernetesGateway.RouteKind;
import dev.meltemi.resources.KubernetesGateway.Selector;
import dev.meltemi.resources.KubernetesGateway.Tls;
import dev.meltemi.resources.shape.Items;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;
import java.util.Optional;

/// `listeners` of a Gateway and of a ListenerSet.
final class Listeners {
    static final Struct SELECTOR = struct().field("matchLabels", table(text()))
            .field(
                    "matchExpressions",
                    list(struct().required("key", text())
                            .required("operator", choice("In", "NotIn", "Exists", "DoesNotExist"))
                            .field("values", list(text()))));

    private static final Struct ALLOWED_ROUTES = struct().field(
                    "namespaces",
                    struct().field("from", choice("All", "Same", "Selector", "None"))
                            .field("selector", SELECTOR))
            .field(
                    "kinds",
                    list(struct().field("group", GatewayApi.GROUP_NAME).required("kind", GatewayApi.KIND_NAME), 0, 8));

    private static final Struct TLS = struct().field("mode", choice("Terminate", "Passthrough"))
            .field("certificateRefs", list(GatewayApi.DEFAULTED_REFERENCE, 0, 64))
            .notYet(
                    "options",
                    table(text(0, 4096)).atMost(16),
                    "the mesh knows no options of TLS: its defaults are TLS 1.2 and 1.3");

    private static final Struct LISTENER = struct().required("name", GatewayApi.SECTION_NAME)
            .required("port", port())
            .required(
                    "protocol",
                    GatewayApi.matching(
                            1,
                            255,
                            "^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?"
                                    + "(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9]+$",
                            "HTTP, HTTPS, TLS, TCP, UDP or one of an implementation, such as example.com/proto"))
            .field("hostname", GatewayApi.HOSTNAME)
            .field("tls", TLS)
            .field("allowedRoutes", ALLOWED_ROUTES);

    static final Items SHAPE = list(LISTENER, 1, 64).distinctBy("name");

    private Listeners() {}

    static Listener read(Part listener, String namespace) {
        Part tls = listener.at("tls");
        Part allowed = listener.at("allowedRoutes");
        return new Listener(
                listener.text("name"),
                (int) listener.whole("port"),
                listener.text("protocol"),
                GatewayApi.lowerCase(listener.at("hostname")),
                tls.isPresent()
                        ? Optional.of(new Tls(
                                tls.someText("mode").orElse("Terminate"),
                                tls.items("certificateRefs").stream()
                                        .map(reference -> GatewayApi.toSecret(reference, namespace))
                                        .toList()))
                        : Optional.empty(),
                from(allowed.at("namespaces")),
                allowed.items("kinds").stream()
                        .map(kind -> new RouteKind(
                                kind.has("group") ? kind.text("group") : GatewayApi.GROUP, kind.text("kind")))
                        .toList());
    }

    private static From from(Part namespaces) {
        return switch (namespaces.text("from")) {
            case "All" -> new From.All();
            case "None" -> new From.None();
            case "Selector" -> new From.Selected(selector(namespaces.at("selector")));
            default -> new From.Same();
        };
    }

    private static Selector selector(Part selector) {
        List<Requirement> requirements = selector.items("matchExpressions").stream()
                .map(one -> new Requirement(one.text("key"), one.text("operator"), one.texts("values")))
                .toList();
        return new Selector(selector.textTable("matchLabels"), requirements);
    }
}
