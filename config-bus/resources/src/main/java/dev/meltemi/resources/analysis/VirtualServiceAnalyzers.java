package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Suggestion;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Destinations of VirtualServices: do they exist, and do rules about them hold?
final class VirtualServiceAnalyzers {
    private VirtualServiceAnalyzers() {}

    static void destinationHosts(Scene scene, Notes notes) {
        Map<String, Set<String>> subsetRules = rulesForSubsets(scene);
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            if (scene.knowsHosts()) {
                List<String> exportTo = rule.spec().texts("exportTo");
                Destinations.ofRoutes(rule.spec()).forEach(one -> exists(one, "host", rule, exportTo, scene, notes));
                Destinations.ofMirrors(rule.spec())
                        .forEach(one -> exists(one, "mirror host", rule, exportTo, scene, notes));
            }
            if (!rule.spec().items("gateways").isEmpty()) {
                bypassed(rule, subsetRules, notes);
            }
        }
    }

    private static void exists(
            Part destination, String what, View rule, List<String> exportTo, Scene scene, Notes notes) {
        String name = destination.text("host");
        Part at = destination.has("host") ? destination.at("host") : destination;
        Optional<Hosts.Host> host = scene.hosts().find(rule.namespace(), exportTo, name);
        if (host.isEmpty()) {
            notes.add(
                    Code.IST0101,
                    rule,
                    at,
                    what + " \"" + name + "\" not found: no Service or ServiceEntry that this rule sees has it",
                    scene.hosts().suggestion(rule.namespace(), name));
            return;
        }
        List<Integer> ports = host.get().ports();
        if (!destination.has("port")) {
            if (ports.size() > 1) {
                notes.add(
                        Code.IST0112,
                        rule,
                        at,
                        "\"" + name + "\" has the ports " + ports + ", and this destination doesn't say which",
                        "add port: {number: " + ports.getFirst() + "}, or another of them");
            }
            return;
        }
        int port = (int) destination.at("port").whole("number");
        if (!ports.contains(port)) {
            notes.add(
                    Code.IST0101,
                    rule,
                    at,
                    "host:port \"" + name + ":" + port + "\" not found: the host has the ports " + ports,
                    ports.isEmpty() ? null : "use one of its ports");
        }
    }

    /// By destination host as written: the rules that route the host itself to subsets.
    private static Map<String, Set<String>> rulesForSubsets(Scene scene) {
        Map<String, Set<String>> rules = new LinkedHashMap<>();
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            Set<String> hosts = new HashSet<>(rule.spec().texts("hosts"));
            for (Part http : rule.spec().items("http")) {
                for (Part route : http.items("route")) {
                    Part destination = route.at("destination");
                    String host = destination.text("host");
                    if (!destination.text("subset").isEmpty() && hosts.contains(host)) {
                        rules.computeIfAbsent(host, any -> new LinkedHashSet<>())
                                .add(rule.qualifiedName());
                    }
                }
            }
        }
        return rules;
    }

    private static void bypassed(View rule, Map<String, Set<String>> subsetRules, Notes notes) {
        for (Part http : rule.spec().items("http")) {
            for (Part route : http.items("route")) {
                Part destination = route.at("destination");
                if (!destination.text("subset").isEmpty()) {
                    continue;
                }
                for (String other : subsetRules.getOrDefault(destination.text("host"), Set.of())) {
                    notes.once(
                            Code.IST0140,
                            rule,
                            destination,
                            "the subsets in VirtualService " + other + " don't hold for what comes through the gateways"
                                    + " of " + rule.qualifiedName() + ": rules don't follow each other",
                            "name the subset here too");
                }
            }
        }
    }

    private record Subset(String host, String name) {}

    static void destinationRules(Scene scene, Notes notes) {
        Map<String, Set<String>> subsets = new LinkedHashMap<>();
        for (View rule : scene.all(Type.DESTINATION_RULE)) {
            String host = Hosts.qualified(rule.spec().text("host"), rule.namespace());
            for (Part subset : rule.spec().items("subsets")) {
                subsets.computeIfAbsent(host, any -> new TreeSet<>()).add(subset.text("name"));
            }
        }
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            Destinations.ofRoutes(rule.spec()).forEach(one -> hasSubset(one, "host+subset", rule, subsets, notes));
            Destinations.ofMirrors(rule.spec()).forEach(one -> hasSubset(one, "mirror+subset", rule, subsets, notes));
        }
    }

    private static void hasSubset(
            Part destination, String what, View rule, Map<String, Set<String>> subsets, Notes notes) {
        var wanted =
                new Subset(Hosts.qualified(destination.text("host"), rule.namespace()), destination.text("subset"));
        Set<String> known = subsets.getOrDefault(wanted.host(), Set.of());
        if (!wanted.name().isEmpty() && !known.contains(wanted.name())) {
            String written = destination.text("host") + "+" + wanted.name();
            notes.add(
                    Code.IST0101,
                    rule,
                    destination.at("subset"),
                    what + " in destinationrule \"" + written + "\" not found"
                            + (known.isEmpty() ? ": no DestinationRule names subsets of this host" : ""),
                    known.isEmpty() ? null : suggested(known, wanted.name()));
        }
    }

    private static String suggested(Set<String> known, String wanted) {
        String near = Suggestion.among(known, wanted);
        return near == null ? "its subsets are " + String.join(", ", known) : near;
    }
}
