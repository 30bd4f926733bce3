package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Finding;
import dev.meltemi.resources.Verdict;
import dev.meltemi.resources.shape.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What can be said of a document alone: what is wrong with it, and what its status says.
final class StatusAnalyzers {
    private static final Set<String> OF_ROUTES = Set.of("Accepted", "Programmed", "ResolvedRefs");
    private static final String WAYPOINT = "istio.io/WaypointBound";
    private static final Map<Type, Set<String>> TELLING = Map.of(
            Type.AUTHORIZATION_POLICY, Set.of("ZtunnelAccepted", "WaypointAccepted"),
            Type.KUBERNETES_GATEWAY, OF_ROUTES,
            Type.HTTP_ROUTE, OF_ROUTES,
            Type.GRPC_ROUTE, OF_ROUTES,
            Type.SERVICE, Set.of(WAYPOINT),
            Type.SERVICE_ENTRY, Set.of(WAYPOINT),
            Type.WORKLOAD_ENTRY, Set.of(WAYPOINT));

    private StatusAnalyzers() {}

    /// As `validate` and admission judge it. Kinds that aren't the mesh's are other people's business.
    static void validation(Scene scene, Notes notes) {
        for (View view : scene.subjects()) {
            if (view.kind().isEmpty() || view.type().ofTheMesh()) {
                findings(Documents.judge(view.text(), Optional.empty())).forEach(finding -> notes.add(view, finding));
            }
        }
    }

    /// What a controller wrote into the status. Conditions of others than Istio's are other people's business.
    static void conditions(Scene scene, Notes notes) {
        TELLING.forEach((type, telling) -> {
            for (View view : scene.all(type)) {
                for (Part condition : conditions(view)) {
                    boolean refused = telling.contains(condition.text("type"))
                            && condition.text("status").equals("False");
                    boolean partly = type.equals(Type.AUTHORIZATION_POLICY)
                            && condition.text("type").equals("WaypointAccepted")
                            && condition.text("reason").equals("PartiallyInvalid");
                    if (refused || partly) {
                        notes.once(
                                Code.IST0171,
                                view,
                                condition,
                                "its status says no: " + condition.text("type") + " is " + condition.text("status")
                                        + ", " + condition.text("reason") + ": " + condition.text("message"));
                    }
                }
            }
        });
    }

    private static List<Part> conditions(View view) {
        Part status = view.document().at("status");
        List<Part> conditions = new ArrayList<>(status.items("conditions"));
        status.items("parents").forEach(parent -> conditions.addAll(parent.items("conditions")));
        return conditions;
    }

    private static List<Finding> findings(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Accepted accepted -> accepted.warnings();
            case Verdict.Rejected rejected -> rejected.errors();
        };
    }
}
