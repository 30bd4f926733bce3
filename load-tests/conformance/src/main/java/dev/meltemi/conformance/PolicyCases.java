package dev.meltemi.conformance;

import dev.meltemi.routing.PolicyInForce;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The policy that a client has towards a destination, whether or not the service has the port.
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
        var mesh = MeshOfCase.of(RoutingCases.world(folder), resources);
        var client = new RoutingCase(target, Map.of()).workload(Map.of());
        return PolicyInForce.of(
                        client,
                        mesh.compiled(),
                        Node.text(target, "host", ""),
                        Node.text(target, "subset", ""),
                        Integer.parseInt(Node.text(target, "port", "0")))
                .map(policy -> mesh.explained(judged(mesh, policy, expected)))
                .orElseGet(() ->
                        mesh.explained(new Outcome.Failed(null, "no rule and no service says anything of " + target)));
    }

    /// Which requests reach the same endpoint is only asked for as long as a rule's hash is in force; the rest of the
    /// case counts all the same.
    private static Outcome judged(MeshOfCase mesh, PolicyInForce policy, Map<String, Object> expected) {
        var told = new LinkedHashMap<>(expected);
        Optional<String> unhashed = mesh.notInForce().stream()
                .filter(each -> told.containsKey("sticky") && each.contains("consistentHash"))
                .findFirst();
        unhashed.ifPresent(_ -> told.remove("sticky"));
        Outcome outcome = RoutingCases.compared(told, (key, wanted) -> of(policy, key, wanted));
        return outcome instanceof Outcome.Passed && unhashed.isPresent()
                ? new Outcome.Skipped(unhashed.get())
                : outcome;
    }

    private static @Nullable Object of(PolicyInForce policy, String key, @Nullable Object wanted) {
        return switch (key) {
            case "expect" -> inSeconds(policy.inWords());
            case "absent" ->
                Node.texts(wanted).stream()
                        .filter(name -> Objects.equals(
                                policy.inWords().get(name),
                                PolicyInForce.DEFAULT.inWords().get(name)))
                        .toList();
            case "endpointLabels" -> policy.labels();
            case "sticky" -> Sticky.shared(policy, wanted);
            default -> new Observation.Unseen("not compared yet");
        };
    }

    private static Object inSeconds(Object said) {
        return switch (said) {
            case Map<?, ?> fields -> {
                var seconds = new LinkedHashMap<String, Object>();
                fields.forEach((name, value) -> seconds.put(name.toString(), inSeconds(value)));
                yield seconds;
            }
            case Duration duration -> duration.toNanos() / 1e9;
            default -> said;
        };
    }
}
