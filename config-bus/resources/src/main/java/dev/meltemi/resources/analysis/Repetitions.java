package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The same said twice, of which only one counts.
final class Repetitions {
    private static final String NO_SUBSET = "";
    private static final int MOST_COMPARED = 100;

    private Repetitions() {}

    /// @param subset empty for rules without subsets
    private record HostAndSubset(String host, String subset) {}

    static void destinationRules(Scene scene, Notes notes) {
        Map<HostAndSubset, Set<View>> rules = new LinkedHashMap<>();
        for (View rule : scene.all(Type.DESTINATION_RULE)) {
            if (rule.spec().has("workloadSelector")) {
                continue; // others may hold for other clients
            }
            String host = Hosts.qualified(rule.spec().text("host"), rule.namespace());
            List<String> subsets = rule.spec().items("subsets").stream()
                    .map(subset -> subset.text("name"))
                    .toList();
            for (String subset : subsets.isEmpty() ? List.of(NO_SUBSET) : subsets) {
                rules.computeIfAbsent(new HostAndSubset(host, subset), any -> new LinkedHashSet<>())
                        .add(rule);
            }
        }
        rules.forEach((what, sayers) -> {
            for (View rule : sayers) {
                Set<String> others = new TreeSet<>();
                sayers.stream()
                        .limit(MOST_COMPARED)
                        .filter(other -> other != rule && seenTogether(rule, other))
                        .forEach(other -> others.add(other.qualifiedName()));
                if (!others.isEmpty()) {
                    notes.once(
                            Code.KIA0201,
                            rule,
                            rule.spec().at("host"),
                            (what.subset().equals(NO_SUBSET) ? "" : "subset " + what.subset() + " of ")
                                    + what.host() + " is what " + String.join(", ", others)
                                    + " says, too: only one of them holds",
                            "merge them into one rule");
                }
            }
        });
    }

    private static boolean seenTogether(View one, View other) {
        Set<String> ones = Hosts.scopes(one.spec().texts("exportTo"), one.namespace());
        Set<String> others = Hosts.scopes(other.spec().texts("exportTo"), other.namespace());
        return ones.contains(Hosts.EVERYWHERE)
                || others.contains(Hosts.EVERYWHERE)
                || !Collections.disjoint(ones, others);
    }

    private record Target(String host, String subset, long port) {}

    static void destinations(Scene scene, Notes notes) {
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            for (String protocol : List.of("http", "tls", "tcp")) {
                for (Part route : rule.spec().items(protocol)) {
                    destinations(route.items("route"), rule, notes);
                }
            }
        }
    }

    private static void destinations(List<Part> routes, View rule, Notes notes) {
        if (routes.size() == 1 && routes.getFirst().has("weight")) {
            long weight = routes.getFirst().whole("weight");
            if (weight > 0 && weight < 100) {
                notes.add(
                        Code.KIA1104,
                        rule,
                        routes.getFirst().at("weight"),
                        "the weight " + weight + " of an only destination means nothing: it gets everything",
                        "leave the weight out, or name a second destination");
            }
        }
        Set<Target> seen = new HashSet<>();
        for (Part route : routes) {
            Part destination = route.at("destination");
            var target = new Target(
                    Hosts.qualified(destination.text("host"), rule.namespace()),
                    destination.text("subset"),
                    destination.at("port").whole("number"));
            if (!seen.add(target)) {
                notes.add(
                        Code.KIA1105,
                        rule,
                        destination,
                        "is the second destination " + target.host()
                                + (target.subset().isEmpty() ? "" : " subset " + target.subset()) + " of this rule",
                        "add their weights up in one");
            }
        }
    }
}
