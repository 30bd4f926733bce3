package dev.meltemi.conformance;

import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What becomes of requests under Gateways, HTTPRoutes and GRPCRoutes.
final class GatewayApiCases {
    private static final String FILE = "gateway-api/cases.jsonl";

    private GatewayApiCases() {}

    static List<Case> in(CaseFolder folder, @Nullable LiveMesh live) {
        if (!folder.has(FILE)) {
            return List.of();
        }
        var meshes = new HashMap<List<String>, Supplier<MeshOfCase>>();
        return folder.lines(Suite.GATEWAY_API, FILE, (line, place) -> {
            String id = Node.text(line, "id", place);
            List<String> files = Node.texts(line.get("resources"));
            var mesh = meshes.computeIfAbsent(files, _ -> RoutingCases.once(() -> mesh(folder, files)));
            return new Case(
                    Suite.GATEWAY_API,
                    id,
                    Node.text(line, "name", ""),
                    line.get("expect"),
                    () -> mesh.get().explained(outcome(new GatewayApiCase(line), mesh.get(), live)));
        });
    }

    private static MeshOfCase mesh(CaseFolder folder, List<String> files) {
        var streams = new ArrayList<String>();
        files.forEach(file -> streams.add(folder.text(file)));
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
