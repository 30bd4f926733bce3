package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The ways in which a policy says whom it is for: `selector` by labels, `targetRef(s)` by name.
final class Selection {
    /// `selector` of security, telemetry and extensions; `workloadSelector` of DestinationRule.
    static final Struct MATCH_LABELS = struct().field("matchLabels", table(text()));

    /// `workloadSelector` of Sidecar, ServiceEntry and EnvoyFilter.
    static final Struct LABELS = struct().field("labels", table(text()));

    static final Struct TARGET_REF = struct().field("group", text())
            .required("kind", text(1, 63))
            .required("name", text(1, 253))
            .field("namespace", text());

    /// For a kind that has them all.
    static final Struct SHAPE = struct().field("selector", MATCH_LABELS)
            .field("targetRef", TARGET_REF)
            .field("targetRefs", list(TARGET_REF, 0, 16))
            .atMostOne("selector", "targetRef", "targetRefs");

    private static final Set<String> TARGETS = Set.of(
            "/Service",
            "networking.istio.io/ServiceEntry",
            "gateway.networking.k8s.io/Gateway",
            "gateway.networking.k8s.io/GatewayClass");

    private Selection() {}

    static void check(Part spec, Report report) {
        Part selector = spec.at("selector");
        Labels.checkSelector(selector, selector.at("matchLabels"), report);
        List<Part> targets = new ArrayList<>(spec.items("targetRefs"));
        if (spec.has("targetRef")) {
            targets.add(spec.at("targetRef"));
        }
        targets.forEach(target -> checkTarget(target, report));
    }

    private static void checkTarget(Part target, Report report) {
        if (!target.text("namespace").isEmpty()) {
            report.error(target.at("namespace"), "a policy targets its own namespace only: leave it out");
        }
        String group = target.text("group");
        String kind = (group.equals("core") ? "" : group) + "/" + target.text("kind");
        if (!TARGETS.contains(kind)) {
            report.error(
                    target,
                    "\"" + kind + "\" can't be a target",
                    "targets: Service, networking.istio.io ServiceEntry, gateway.networking.k8s.io Gateway and"
                            + " GatewayClass");
        }
    }
}
