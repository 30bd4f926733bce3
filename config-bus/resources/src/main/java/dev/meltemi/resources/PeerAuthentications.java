package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;

import dev.meltemi.resources.PeerAuthentication.Mode;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;
import java.util.TreeMap;

/// `security.istio.io` PeerAuthentication.
final class PeerAuthentications {
    /// Its policies are the mesh's.
    private static final String ROOT_NAMESPACE = "istio-system";

    private static final Struct MTLS = struct().field("mode", choice("UNSET", "DISABLE", "PERMISSIVE", "STRICT"));

    static final Kind KIND = new Kind(
            "security.istio.io",
            "PeerAuthentication",
            List.of("v1", "v1beta1"),
            struct().field("selector", Selection.MATCH_LABELS)
                    .field("mtls", MTLS)
                    .field("portLevelMtls", table(MTLS).atLeast(1)),
            false,
            PeerAuthentications::check,
            PeerAuthentications::read);

    private PeerAuthentications() {}

    private static void check(Part spec, Metadata metadata, Report report) {
        Part labels = spec.at("selector").at("matchLabels");
        Labels.checkSelector(spec.at("selector"), labels, report);
        Part ports = spec.at("portLevelMtls");
        if (ports.isPresent() && labels.isEmpty()) {
            report.error(ports, "needs a selector with labels: ports are a workload's");
        }
        ports.fields().forEach((port, mtls) -> {
            if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65_535) {
                report.error(mtls, "\"" + port + "\": expected a port from 1 to 65535");
            }
        });
        if (!labels.isEmpty() && metadata.namespace().equals(ROOT_NAMESPACE)) {
            report.notInForce(
                    spec.at("selector"),
                    "in the root namespace only a policy without selector counts, for the whole mesh: put it into the"
                            + " namespace of the workloads");
        }
    }

    private static PeerAuthentication read(Part spec, Metadata metadata) {
        var ports = new TreeMap<Integer, Mode>();
        spec.at("portLevelMtls").fields().forEach((port, mtls) -> ports.put(Integer.valueOf(port), mode(mtls)));
        return new PeerAuthentication(
                metadata.key(), spec.at("selector").textTable("matchLabels"), mode(spec.at("mtls")), ports);
    }

    private static Mode mode(Part mtls) {
        return switch (mtls.text("mode")) {
            case "DISABLE" -> Mode.DISABLE;
            case "PERMISSIVE" -> Mode.PERMISSIVE;
            case "STRICT" -> Mode.STRICT;
            default -> Mode.UNSET; // UNSET, or nothing
        };
    }
}
