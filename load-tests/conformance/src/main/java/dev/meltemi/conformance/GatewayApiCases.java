package dev.meltemi.conformance;

import dev.meltemi.routing.RouteTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/// What becomes of requests under Gateways, HTTPRoutes and GRPCRoutes.
final class GatewayApiCases {
    private static final String FILE = "gateway-api/cases.jsonl";

    private GatewayApiCases() {}

    static List<Case> in(CaseFolder folder) {
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
                    () -> mesh.get().explained(outcome(new GatewayApiCase(line), mesh.get())));
        });
    }

    private static MeshOfCase mesh(CaseFolder folder, List<String> files) {
        var streams = new ArrayList<String>();
        files.forEach(file -> streams.add(folder.text(file)));
        return MeshOfCase.of(streams, Deployments.registrations(streams));
    }

    private static Outcome outcome(GatewayApiCase asked, MeshOfCase mesh) {
        String unknown = asked.unknown();
        if (!unknown.isEmpty()) {
            return new Outcome.Failed(null, unknown);
        }
        RoutingCase request = asked.request(mesh.compiled());
        RouteTable table = mesh.table(asked.workload(mesh.compiled()));
        var answer = new RoutingAnswer(table, request, new SplittableRandom(1));
        return asked.outcome(request, answer::actual);
    }
}
