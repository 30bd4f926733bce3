package dev.meltemi.conformance;

import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Decision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// The policy that a client has towards a destination. It shows in the cluster to which a rule leads.
final class PolicyCases {
    private static final String FILE = "routing/destinationrule-policy.yaml";
    private static final Set<String> KNOWN =
            Set.of("name", "target", "expect", "absent", "endpointLabels", "sticky", "note");
    private static final Set<String> TARGET = Set.of("host", "subset", "port", "sourceNamespace");

    private PolicyCases() {}

    static List<Case> in(CaseFolder folder) {
        return folder.has(FILE)
                ? folder.scenarios(Suite.POLICY, FILE, (scenario, place) -> read(folder, scenario, place))
                : List.of();
    }

    private static List<Case> read(CaseFolder folder, Map<String, Object> scenario, String place) {
        String id = Node.text(scenario, "id", place);
        var cases = new ArrayList<Case>();
        for (Map<String, Object> each : Node.maps(scenario.get("cases"))) {
            Map<String, Object> target = Node.map(each.get("target"));
            String unknown = Node.unknown(each, KNOWN) + Node.unknown(target, TARGET);
            var expected = new LinkedHashMap<>(each);
            expected.keySet().removeAll(Set.of("name", "target", "note"));
            cases.add(new Case(
                    Suite.POLICY,
                    id + "/" + Node.text(each, "name", ""),
                    Node.text(scenario, "description", ""),
                    expected,
                    () -> unknown.isEmpty()
                            ? outcome(folder, Node.text(scenario, "resources", ""), target, expected)
                            : new Outcome.Failed(null, unknown)));
        }
        return cases;
    }

    private static Outcome outcome(
            CaseFolder folder, String resources, Map<String, Object> target, Map<String, Object> expected) {
        String namespace = Node.text(target, "sourceNamespace", "default");
        var mesh = MeshOfCase.of(RoutingCases.world(folder), resources, probe(namespace, target));
        var asked = new RoutingCase(
                Map.of("host", "probe.example.com", "port", 80, "sourceNamespace", namespace), Map.of());
        Decision decision = mesh.table(asked.workload(Map.of())).decide(asked.head(), new SplittableRandom(1));
        if (!(decision instanceof Decision.Forward(var _, var cluster, var _, var _))) {
            return mesh.explained(
                    new Outcome.Failed(null, "the destination doesn't exist: " + Destination.told(decision)));
        }
        return mesh.explained(RoutingCases.compared(expected, (key, wanted) -> of(cluster, key, wanted)));
    }

    /// A rule of the caller's that leads to the target.
    private static String probe(String namespace, Map<String, Object> target) {
        String subset = target.containsKey("subset") ? ", subset: " + target.get("subset") : "";
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: probe, namespace: %s}
            spec:
              hosts: [probe.example.com]
              http:
              - route:
                - destination: {host: %s%s, port: {number: %s}}
            """.formatted(namespace, target.get("host"), subset, target.get("port"));
    }

    private static @Nullable Object of(Cluster cluster, String key, @Nullable Object wanted) {
        return switch (key) {
            case "expect" -> policy(cluster, Node.map(wanted));
            case "absent" ->
                Node.texts(wanted).stream()
                        .filter(name -> isDefault(cluster, name))
                        .toList();
            default -> new Observation.Unseen("not compared yet");
        };
    }

    private static Map<String, Object> policy(Cluster cluster, Map<String, Object> expected) {
        var actual = new LinkedHashMap<String, Object>();
        expected.keySet()
                .forEach(key -> actual.put(
                        key,
                        key.equals("loadBalancer")
                                ? Map.of("simple", cluster.balancing().name())
                                : new Observation.Unseen("not compared yet")));
        return actual;
    }

    private static boolean isDefault(Cluster cluster, String name) {
        return name.equals("loadBalancer") && cluster.balancing().name().equals("LEAST_REQUEST");
    }
}
