package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// `security.istio.io` PeerAuthentication.
final class PeerAuthentications {
    private static final Struct MTLS = struct().field("mode", choice("UNSET", "DISABLE", "PERMISSIVE", "STRICT"));

    static final Kind KIND = Kind.opaque(
            "security.istio.io",
            "PeerAuthentication",
            List.of("v1", "v1beta1"),
            struct().field("selector", Selection.MATCH_LABELS)
                    .field("mtls", MTLS)
                    .field("portLevelMtls", table(MTLS).atLeast(1)),
            (spec, metadata, report) -> check(spec, report),
            "sidecars speak plain HTTP yet: keep the mesh on a network that you trust");

    private PeerAuthentications() {}

    private static void check(Part spec, Report report) {
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
    }
}
