package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.yaml.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Warns of rules that no request reaches, because one before them takes it: a rule without matches takes all, an equal
/// match takes the same, a shorter prefix takes more. Costs a set look-up a character, not a comparison a pair.
final class UnreachableRules {
    /// Longer prefixes are compared whole only.
    private static final int MAX_PREFIX = 256;

    private final Set<String> matches = new HashSet<>();
    private final Map<String, Set<String>> prefixesByRest = new HashMap<>();
    private boolean catchAll;

    private UnreachableRules() {}

    static void warn(List<Part> rules, Report report) {
        var seen = new UnreachableRules();
        rules.forEach(rule -> seen.warn(rule, report));
    }

    private void warn(Part rule, Report report) {
        List<Part> own = rule.items("match");
        if (catchAll) {
            report.warn(
                    Code.IST0130,
                    rule,
                    own.isEmpty()
                            ? "is never used: only the last rule can be without matches"
                            : "is never used: a rule before it has no matches and takes every request");
        }
        catchAll |= own.isEmpty();
        int repeated = 0;
        for (Part match : own) {
            boolean repeats = matches.contains(print(match, Set.of("name")));
            if (repeats || isCovered(match)) {
                report.warn(Code.IST0131, match, "is never reached: a match before it covers it");
            }
            repeated += repeats ? 1 : 0;
            remember(match);
        }
        // as in Istio, a rule whose matches are covered by shorter prefixes has a finding for each of them only
        if (!own.isEmpty() && repeated == own.size()) {
            report.warn(Code.IST0130, rule, "is never used: rules before it have all of its matches");
        }
    }

    private boolean isCovered(Part match) {
        String prefix = match.at("uri").text("prefix");
        if (prefix.isEmpty() || match.flag("ignoreUriCase")) {
            return false;
        }
        String rest = print(match, Set.of("name", "uri"));
        return coversPrefix(prefixesByRest.get(rest), prefix) || coversPrefix(prefixesByRest.get("{}"), prefix);
    }

    private static boolean coversPrefix(@Nullable Set<String> shorter, String prefix) {
        if (shorter == null) {
            return false;
        }
        for (int length = 1; length <= Math.min(prefix.length(), MAX_PREFIX); length++) {
            if (shorter.contains(prefix.substring(0, length))) {
                return true;
            }
        }
        return false;
    }

    private void remember(Part match) {
        matches.add(print(match, Set.of("name")));
        String prefix = match.at("uri").text("prefix");
        if (!prefix.isEmpty() && !match.flag("ignoreUriCase")) {
            prefixesByRest
                    .computeIfAbsent(print(match, Set.of("name", "uri")), rest -> new HashSet<>())
                    .add(prefix);
        }
    }

    private static String print(Part match, Set<String> without) {
        var text = new StringBuilder("{");
        match.fields().entrySet().stream()
                .filter(field -> !without.contains(field.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .forEach(field -> {
                    text.append(field.getKey()).append(':');
                    print(field.getValue().node(), text);
                });
        return text.append('}').toString();
    }

    private static void print(@Nullable Node node, StringBuilder to) {
        switch (node) {
            case null -> to.append('-');
            case Node.Scalar scalar -> to.append('"').append(scalar.text()).append("\",");
            case Node.Sequence sequence -> {
                to.append('[');
                sequence.items().forEach(item -> print(item, to));
                to.append(']');
            }
            case Node.Mapping mapping -> {
                to.append('{');
                mapping.entries().forEach((name, entry) -> {
                    to.append(name).append(':');
                    print(entry.value(), to);
                });
                to.append('}');
            }
        }
    }
}
