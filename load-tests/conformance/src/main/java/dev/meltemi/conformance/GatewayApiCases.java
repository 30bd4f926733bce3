package dev.meltemi.conformance;

import dev.meltemi.resources.Documents;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What becomes of requests under Gateways, HTTPRoutes and GRPCRoutes.
final class GatewayApiCases {
    private static final String FILE = "gateway-api/cases.jsonl";

    private static final String GRANT = "ReferenceGrant";

    private GatewayApiCases() {}

    static List<Case> in(CaseFolder folder, @Nullable LiveMesh live) {
        if (!folder.has(FILE)) {
            return List.of();
        }
        var meshes = new HashMap<Resources, Supplier<MeshOfCase>>();
        var asked = new HashMap<Object, Object>();
        return folder.lines(Suite.GATEWAY_API, FILE, (line, place) -> {
            String id = Node.text(line, "id", place);
            var resources = new Resources(Node.texts(line.get("resources")), isAfterRevocation(line, asked));
            var mesh = meshes.computeIfAbsent(resources, _ -> RoutingCases.once(() -> mesh(folder, resources)));
            return new Case(
                    Suite.GATEWAY_API,
                    id,
                    Node.text(line, "name", ""),
                    line.get("expect"),
                    () -> mesh.get().explained(outcome(new GatewayApiCase(line), mesh.get(), live)));
        });
    }

    /// @param revoked without their ReferenceGrants
    private record Resources(List<String> files, boolean revoked) {}

    /// A request that was asked before, and is expected to end otherwise now: the suite that these cases come from
    /// deletes its ReferenceGrants between the two, which a line can't say.
    ///
    /// @param asked expectations by question
    private static boolean isAfterRevocation(Map<String, Object> line, Map<Object, Object> asked) {
        var question = new HashMap<>(line);
        question.keySet().retainAll(List.of("kind", "mode", "resources", "gateway", "client", "request"));
        Map<String, Object> expected = Node.map(line.get("expect"));
        Object before = asked.putIfAbsent(question, expected);
        return before != null
                && !before.equals(expected)
                && Node.texts(line.get("features")).contains(GRANT);
    }

    private static MeshOfCase mesh(CaseFolder folder, Resources resources) {
        var streams = new ArrayList<String>();
        for (String file : resources.files()) {
            List<String> documents = Documents.split(folder.text(file)).stream()
                    .map(Documents.Document::text)
                    .filter(text -> !resources.revoked() || text.lines().noneMatch(("kind: " + GRANT)::equals))
                    .toList();
            streams.add(String.join("\n---\n", documents));
        }
        return MeshOfCase.of(streams, Deployments.registrations(streams));
    }

    private static Outcome outcome(GatewayApiCase asked, MeshOfCase mesh, @Nullable LiveMesh live) {
        String unknown = asked.unknown();
        if (!unknown.isEmpty()) {
            return new Outcome.Failed(null, unknown);
        }
        RoutingCase request = asked.request(mesh.compiled());
        Workload self = asked.workload(mesh.compiled());
        if (live != null) {
            return new LiveCase(mesh, self, request, asked.expect())
                    .outcome(live, seen -> asked.outcome(request, seen));
        }
        RouteTable table = mesh.table(self);
        var answer = new RoutingAnswer(table, request, new SplittableRandom(1));
        return asked.outcome(request, answer::actual);
    }
}
