package dev.meltemi.resources.analysis;

import dev.meltemi.resources.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Several VirtualServices for one host of the mesh. Two are in each other's way when both are seen in the same
/// namespaces and name the same host, or when one is seen everywhere and the other not, and one of their hosts may
/// stand for the other's.
final class HostConflicts {
    private static final int MOST_NAMED = 5;

    /// Names below a wildcard that are looked at.
    private static final int MOST_OVERLAPPING = 100;

    private HostConflicts() {}

    static void conflicts(Scene scene, Notes notes) {
        Map<Hosts.Scoped, Set<View>> rules = rules(scene);
        Map<View, Map<String, List<Set<View>>>> rivals = new LinkedHashMap<>();
        var everywhere = new TreeMap<String, Set<View>>(); // names backwards, so that those below a domain are a range
        Map<String, Set<View>> elsewhere = new LinkedHashMap<>();
        rules.forEach((scoped, own) -> {
            if (own.size() > 1) {
                conflict(scoped.name(), own, own, rivals);
            }
            if (scoped.namespace().equals(Hosts.EVERYWHERE)) {
                everywhere.put(backwards(scoped.name()), own);
            } else {
                elsewhere
                        .computeIfAbsent(scoped.name(), any -> new LinkedHashSet<>())
                        .addAll(own);
            }
        });
        elsewhere.forEach((host, own) -> overlapping(host, everywhere).forEach((name, others) -> {
            conflict(host, own, others, rivals);
            conflict(name, others, own, rivals);
        }));
        rivals.forEach((rule, byHost) -> note(rule, byHost, notes));
    }

    /// Names that may stand for this one, or it for them.
    private static Map<String, Set<View>> overlapping(String name, NavigableMap<String, Set<View>> everywhere) {
        Map<String, Set<View>> found = new TreeMap<>();
        String whole = name.startsWith("*") ? name.substring(1) : name;
        for (int from = 0; from <= whole.length(); from++) {
            String wildcard = "*" + whole.substring(from);
            add(wildcard, everywhere.get(backwards(wildcard)), found);
        }
        if (name.startsWith("*")) {
            String beginning = backwards(whole);
            for (var other : everywhere.tailMap(beginning).entrySet()) {
                if (!other.getKey().startsWith(beginning) || found.size() >= MOST_OVERLAPPING) {
                    break;
                }
                add(backwards(other.getKey()), other.getValue(), found);
            }
        } else {
            add(name, everywhere.get(backwards(name)), found);
        }
        return found;
    }

    private static void add(String name, @Nullable Set<View> rules, Map<String, Set<View>> to) {
        if (rules != null) {
            to.put(name, rules);
        }
    }

    private static String backwards(String name) {
        return new StringBuilder(name).reverse().toString();
    }

    private static Map<Hosts.Scoped, Set<View>> rules(Scene scene) {
        Map<Hosts.Scoped, Set<View>> rules = new LinkedHashMap<>();
        for (View rule : scene.all(Type.VIRTUAL_SERVICE)) {
            List<String> gateways = rule.spec().texts("gateways");
            if (!gateways.isEmpty() && !gateways.contains("mesh")) {
                continue;
            }
            for (Hosts.Scoped scoped : Hosts.namesOf(rule)) {
                rules.computeIfAbsent(scoped, any -> new LinkedHashSet<>()).add(rule);
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
