package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.count;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Leaf;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// `networking.istio.io` Sidecar; its validity is {@link SidecarCheck}'s.
final class Sidecars {
    private static final Leaf CAPTURE = choice("DEFAULT", "IPTABLES", "NONE");

    private static final Struct PORT = struct().field("number", count())
            .field("protocol", text())
            .field("name", text())
            .field("targetPort", count());

    private static final Struct INGRESS = struct().required("port", PORT)
            .field("bind", text())
            .field("captureMode", CAPTURE)
            .field("defaultEndpoint", text())
            .field("tls", ServerTls.SHAPE)
            .field("connectionPool", ConnectionPools.SHAPE);

    private static final Struct EGRESS = struct().field("port", PORT)
            .field("bind", text())
            .field("captureMode", CAPTURE)
            .required("hosts", list(text()));

    static final Kind KIND = Kind.opaque(
            "networking.istio.io",
            "Sidecar",
            List.of("v1", "v1beta1", "v1alpha3"),
            struct().field("workloadSelector", Selection.LABELS)
                    .field("ingress", list(INGRESS))
                    .field("egress", list(EGRESS))
                    .field("inboundConnectionPool", ConnectionPools.SHAPE)
                    .field(
                            "outboundTrafficPolicy",
                            struct().field("mode", choice("REGISTRY_ONLY", "ALLOW_ANY"))
                                    .field("egressProxy", VirtualServiceShape.DESTINATION)),
            SidecarCheck::check,
            "every sidecar sees every service that is exported to its namespace: narrow that with exportTo");

    private Sidecars() {}
}
