package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Several VirtualServices for one host of the mesh. Two are in each other's way when both are seen in the same
/// namespaces and name the same host, or when one is seen everywhere and the other not, and one of their hosts may
/// stand
/// for the other's.
final class HostConflicts {
    private static final int MOST_NAMED = 5;

    private HostConflicts() {}

    static void conflicts(Scene scene, Notes notes) {
        Map<Hosts.Scoped, Set<View>> rules = rules(scene);
        Map<View, Map<String, List<Set<View>>>> rivals = new LinkedHashMap<>();
        List<Map.Entry<Hosts.Scoped, Set<View>>> everywhere = rules.entrySet().stream()
                .filter(entry -> entry.getKey().namespace().equals(Hosts.EVERYWHERE))
                .toList();
        rules.forEach((scoped, own) -> {
            if (own.size() > 1) {
                conflict(scoped.name(), own, own, rivals);
            }
            if (!scoped.namespace().equals(Hosts.EVERYWHERE)) {
                for (var other : everywhere) {
                    String name = other.getKey().name();
                    if (Hosts.overlap(scoped.name(), name)) {
                        conflict(scoped.name(), own, other.getValue(), rivals);
                        conflict(name, other.getValue(), own, rivals);
                    }
                }
            }
        });
        rivals.forEach((rule, byHost) -> note(rule, byHost, notes));
    }

    private static Map<Hosts.Scoped, Set<View>> rules(Scene scene) {
        Map<Hosts.Scoped, Set<View>> rules = new LinkedHashMap<>();
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            List<String> gateways = rule.spec().texts("gateways");
            if (!gateways.isEmpty() && !gateways.contains("mesh")) {
                continue;
            }
            for (String scope : Hosts.scopes(rule.spec().texts("exportTo"), rule.namespace())) {
                for (String host : rule.spec().texts("hosts")) {
                    var scoped = new Hosts.Scoped(scope, Hosts.qualified(host, rule.namespace()));
                    rules.computeIfAbsent(scoped, any -> new LinkedHashSet<>()).add(rule);
                }
            }
        }
        return rules;
    }

    /// @param host of the first, as they name it
    private static void conflict(
            String host, Set<View> rules, Set<View> others, Map<View, Map<String, List<Set<View>>>> rivals) {
        for (View rule : rules) {
            rivals.computeIfAbsent(rule, any -> new TreeMap<>())
                    .computeIfAbsent(host, any -> new ArrayList<>())
                    .add(others);
        }
    }

    private static void note(View rule, Map<String, List<Set<View>>> byHost, Notes notes) {
        var first = byHost.entrySet().iterator().next();
        Set<String> names = new TreeSet<>(Set.of(rule.qualifiedName()));
        first.getValue().forEach(others -> others.forEach(other -> names.add(other.qualifiedName())));
        List<String> named = names.stream().limit(MOST_NAMED).toList();
        notes.once(
                Code.IST0109,
                rule,
                rule.nameplate(),
                "the VirtualServices " + String.join(", ", named)
                        + (names.size() > MOST_NAMED ? " and " + (names.size() - MOST_NAMED) + " more" : "")
                        + " are all for the host " + first.getKey() + " in the mesh: which of them holds isn't defined",
                "merge them into one, or let one of them delegate to the others");
    }
}
