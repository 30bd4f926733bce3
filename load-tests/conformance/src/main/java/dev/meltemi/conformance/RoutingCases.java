package dev.meltemi.conformance;

import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What becomes of requests under VirtualServices and what goes with them.
final class RoutingCases {
    private static final String FILE = "routing/virtualservice.yaml";

    /// Services that exist in every scenario.
    static final String WORLD = "routing/world.yaml";

    private static final Set<String> KNOWN = Set.of("name", "request", "expect", "note");

    private RoutingCases() {}

    static List<Case> in(CaseFolder folder, @Nullable LiveMesh live) {
        return folder.has(FILE)
                ? folder.scenarios(Suite.ROUTING, FILE, (scenario, place) -> read(folder, scenario, place, live))
                : List.of();
    }

    private static List<Case> read(
            CaseFolder folder, Map<String, Object> scenario, String place, @Nullable LiveMesh live) {
        String id = Node.text(scenario, "id", place);
        Supplier<MeshOfCase> mesh = once(() -> MeshOfCase.of(world(folder), Node.text(scenario, "resources", "")));
        var cases = new ArrayList<Case>();
        for (Map<String, Object> each : Node.maps(scenario.get("cases"))) {
            var asked = new RoutingCase(Node.map(each.get("request")), Node.map(each.get("expect")));
            String unknown = Node.unknown(each, KNOWN) + asked.unknown();
            cases.add(new Case(
                    Suite.ROUTING,
                    id + "/" + Node.text(each, "name", ""),
                    Node.text(scenario, "description", ""),
                    asked.expect(),
                    () -> unknown.isEmpty()
                            ? mesh.get().explained(outcome(mesh.get(), asked, live))
                            : new Outcome.Failed(null, unknown)));
        }
        return cases;
    }

    static String world(CaseFolder folder) {
        return folder.has(WORLD) ? folder.text(WORLD) : "";
    }

    /// Several cases of a scenario share what was compiled.
    static <T> Supplier<T> once(Supplier<T> maker) {
        var made = new ArrayList<T>(1);
        return () -> {
            if (made.isEmpty()) {
                made.add(maker.get());
            }
            return made.getFirst();
        };
    }

    private static Outcome outcome(MeshOfCase mesh, RoutingCase asked, @Nullable LiveMesh live) {
        Workload self = asked.workload(selector(mesh, asked.text("gateway", "")));
        if (live != null) {
            return LiveCase.routing(mesh, self, asked, live);
        }
        RouteTable table = mesh.table(self);
        if (!asked.isHttp()) {
            var connection = new ConnectionAnswer(table, asked, new SplittableRandom(1));
            if (!connection.isHttp()) {
                return compared(asked.expect(), (key, _) -> connection.actual(key));
            }
        }
        var answer = new RoutingAnswer(table, asked, new SplittableRandom(1));
        return compared(asked.expect(), answer::actual);
    }

    /// The labels of a gateway's workload are those that its Gateway selects.
    private static Map<String, String> selector(MeshOfCase mesh, String gateway) {
        GatewayRoutes found = mesh.compiled().gateways().get(gateway);
        return found == null ? Map.of() : found.getSelector();
    }

    /// @param actual by key and what is expected there
    static Outcome compared(Map<String, Object> expect, Observation actual) {
        var seen = new LinkedHashMap<String, Object>();
        var differences = new ArrayList<String>();
        expect.forEach((key, expected) -> {
            if (!key.equals("note")) {
                Object found = actual.of(key, expected);
                seen.put(key, found);
                String difference = Agreement.difference(key, expected, found);
                if (!difference.isEmpty()) {
                    differences.add(difference);
                }
            }
        });
        return Outcome.of(seen, String.join("; ", differences));
    }
}
