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
import java.util.stream.Collectors;

/// Destinations of VirtualServices: do they exist, and does anything reach them?
final class VirtualServiceAnalyzers {
    private VirtualServiceAnalyzers() {}

    static void destinationHosts(Scene scene, Notes notes) {
        Map<String, Set<String>> subsetRules = rulesForSubsets(scene);
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            if (scene.knowsHosts()) {
                Destinations.ofRoutes(rule.spec()).forEach(one -> exists(one, "host", rule, scene, notes));
                Destinations.ofMirrors(rule.spec()).forEach(one -> exists(one, "mirror host", rule, scene, notes));
            }
            if (!rule.spec().items("gateways").isEmpty()) {
                bypassed(rule, subsetRules, notes);
            }
        }
    }

    private static void exists(Part destination, String what, View rule, Scene scene, Notes notes) {
        String name = destination.text("host");
        Part at = destination.has("host") ? destination.at("host") : destination;
        Optional<Hosts.Host> host =
                scene.hosts().find(rule.namespace(), rule.spec().texts("exportTo"), name);
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
            List<String> hosts = rule.spec().texts("hosts");
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

    static void conflictingHosts(Scene scene, Notes notes) {
        Map<Hosts.Scoped, Set<View>> byHost = new LinkedHashMap<>();
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            List<String> gateways = rule.spec().texts("gateways");
            if (!gateways.isEmpty() && !gateways.contains("mesh")) {
                continue;
            }
            for (String scope : Hosts.scopes(rule.spec().texts("exportTo"), rule.namespace())) {
                for (String host : rule.spec().texts("hosts")) {
                    var scoped = new Hosts.Scoped(scope, Hosts.qualified(host, rule.namespace()));
                    byHost.computeIfAbsent(scoped, any -> new LinkedHashSet<>()).add(rule);
                }
            }
        }
        Set<View> said = new HashSet<>();
        List<Map.Entry<Hosts.Scoped, Set<View>>> everywhere = byHost.entrySet().stream()
                .filter(entry -> entry.getKey().namespace().equals(Hosts.EVERYWHERE))
                .toList();
        byHost.forEach((scoped, rules) -> {
            Set<View> together = new LinkedHashSet<>(rules);
            if (!scoped.namespace().equals(Hosts.EVERYWHERE)) {
                everywhere.stream()
                        .filter(other ->
                                Hosts.overlap(scoped.name(), other.getKey().name()))
                        .forEach(other -> together.addAll(other.getValue()));
            }
            if (together.size() > 1) {
                conflict(scoped, together, said, notes);
            }
        });
    }

    private static void conflict(Hosts.Scoped scoped, Set<View> rules, Set<View> said, Notes notes) {
        String names =
                rules.stream().map(View::qualifiedName).sorted().distinct().collect(Collectors.joining(", "));
        for (View rule : rules) {
            if (said.add(rule)) {
                notes.once(
                        Code.IST0109,
                        rule,
                        rule.nameplate(),
                        "the VirtualServices " + names + " are all for the host " + scoped.name()
                                + " in the mesh: which of them holds isn't defined",
                        "merge them into one, or let one of them delegate to the others");
            }
        }
    }
}
