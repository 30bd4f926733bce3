package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.count;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.Sidecar.EgressListener;
import dev.meltemi.resources.Sidecar.OutboundTraffic;
import dev.meltemi.resources.TrafficPolicy.ConnectionPool;
import dev.meltemi.resources.shape.Leaf;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `networking.istio.io` Sidecar; its validity is {@link SidecarCheck}'s.
final class Sidecars {
    private static final Leaf CAPTURE = choice("DEFAULT", "IPTABLES", "NONE");

    private static final Struct PORT = struct().field("number", count())
            .field("protocol", text())
            .field("name", text())
            .field("targetPort", count());

    static final String TAKES = "a sidecar takes requests at the ports of the services that its workload"
            + " registers, for the same ports of the application";

    private static final Struct INGRESS = struct().required("port", PORT)
            .notYet("bind", text(), TAKES)
            .notYet("captureMode", CAPTURE, TAKES)
            .notYet("defaultEndpoint", text(), TAKES)
            .notYet("tls", ServerTls.SHAPE, "who may come, and how, is said by a PeerAuthentication")
            .field("connectionPool", ConnectionPools.SHAPE);

    private static final String BIND = "a sidecar listens for its application where its command line says: no port is"
            + " opened for it, the hosts count at that port of theirs";

    private static final Struct EGRESS = struct().field("port", PORT)
            .notYet("bind", text(), BIND)
            .notYet("captureMode", CAPTURE, BIND)
            .required("hosts", list(text()));

    static final Kind KIND = new Kind(
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
                                    .notYet(
                                            "egressProxy",
                                            VirtualServiceShape.DESTINATION,
                                            "unknown hosts are called directly: declare them by ServiceEntry and route"
                                                    + " them by VirtualService")),
            false,
            SidecarCheck::check,
            Sidecars::read);

    private Sidecars() {}

    private static Sidecar read(Part spec, Metadata metadata) {
        List<Part> egress = spec.items("egress");
        Part policy = spec.at("outboundTrafficPolicy");
        return new Sidecar(
                metadata.key(),
                spec.has("workloadSelector"),
                spec.at("workloadSelector").textTable("labels"),
                egress.isEmpty() ? Optional.empty() : Optional.of(listeners(egress)),
                policy.isPresent() ? Optional.of(outbound(policy.text("mode"))) : Optional.empty(),
                TrafficPolicyReader.block(spec.at("inboundConnectionPool"), TrafficPolicyReader::connectionPool),
                pools(spec.items("ingress")));
    }

    /// Of the ports that have one of their own.
    private static Map<Integer, ConnectionPool> pools(List<Part> ingress) {
        Map<Integer, ConnectionPool> pools = new LinkedHashMap<>();
        ingress.stream()
                .filter(listener -> listener.has("connectionPool"))
                .forEach(listener -> pools.put(
                        (int) listener.at("port").whole("number"),
                        TrafficPolicyReader.connectionPool(listener.at("connectionPool"))));
        return pools;
    }

    /// Those at a Unix socket are left out: no request of ours comes from one.
    private static List<EgressListener> listeners(List<Part> egress) {
        return egress.stream()
                .filter(listener -> !SidecarCheck.isAtSocket(listener))
                .map(listener -> new EgressListener((int) listener.at("port").whole("number"), listener.texts("hosts")))
                .toList();
    }

    /// A policy that names no mode is the strict one, as in Istio, where that is the first of the enumeration.
    private static OutboundTraffic outbound(String mode) {
        return mode.equals("ALLOW_ANY") ? OutboundTraffic.ALLOW_ANY : OutboundTraffic.REGISTRY_ONLY;
    }
}
