package dev.meltemi.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Whether what was expected under a key and what came mean the same: durations, shares and lists may be written in
/// several ways.
final class Agreement {
    /// Shares are found out by asking often.
    static final double TOLERATED_SHARE = 0.04;

    private static final Set<String> DESTINATION = Set.of("host", "subset", "port", "weight", "percentage");

    private Agreement() {}

    /// @return empty when they agree
    static String difference(String key, @Nullable Object expected, @Nullable Object actual) {
        return agree(key, expected, actual) ? "" : key + ": expected " + expected + " but was " + actual;
    }

    private static boolean agree(String key, @Nullable Object expected, @Nullable Object actual) {
        if (actual instanceof Observation.Unseen) {
            return false;
        }
        return switch (key) {
            case "destinations" -> known(expected) && destinations(Node.maps(expected), Node.maps(actual));
            case "share" -> shares(Node.map(expected), Node.map(actual));
            case "mirrors" -> known(expected) && mirrors(Node.maps(expected), Node.maps(actual));
            case "endpoints", "retryOn" ->
                new TreeSet<>(Node.texts(expected)).equals(new TreeSet<>(Node.texts(actual)));
            case "forwardedAbsent", "responseAbsent" ->
                lower(Node.texts(expected)).equals(lower(Node.texts(actual)));
            case "forwardedHeaders", "responseHeaders" -> headers(Node.map(expected), Node.map(actual));
            default -> value(expected, actual);
        };
    }

    /// Of a mapping only what is expected is looked at; where a mapping is expected to be none, there must be none.
    static boolean value(@Nullable Object expected, @Nullable Object actual) {
        if (expected instanceof Map<?, ?> map && actual instanceof Map<?, ?>) {
            Map<String, Object> found = Node.map(actual);
            return Node.map(map).entrySet().stream()
                    .allMatch(entry -> agree(entry.getKey(), entry.getValue(), found.get(entry.getKey())));
        }
        if (expected instanceof List<?> list && actual instanceof List<?> found) {
            return Node.texts(list).equals(Node.texts(found));
        }
        Double wanted = duration(expected);
        Double came = duration(actual);
        return (wanted == null || came == null)
                ? Objects.equals(
                        expected == null ? null : expected.toString(), actual == null ? null : actual.toString())
                : Math.abs(wanted - came) < 1e-9;
    }

    /// Numbers, and texts that are durations; null for everything else.
    private static @Nullable Double duration(@Nullable Object value) {
        boolean counts = value instanceof Number
                || (value instanceof String text && text.matches("[0-9]+(\\.[0-9]+)?(ms|s|m|h)?"));
        return counts ? Node.seconds(value) : null;
    }

    private static boolean known(@Nullable Object destinations) {
        return Node.maps(destinations).stream()
                .allMatch(each -> Node.unknown(each, DESTINATION).isEmpty());
    }

    private static boolean destinations(List<Map<String, Object>> expected, List<Map<String, Object>> actual) {
        double sum = expected.stream()
                .mapToDouble(to -> Node.number(to.getOrDefault("weight", 100)))
                .sum();
        double all =
                actual.stream().mapToDouble(to -> Node.number(to.get("weight"))).sum();
        var left = new ArrayList<>(actual);
        for (var destination : expected) {
            var found = left.stream().filter(each -> isSame(destination, each)).findFirst();
            double share =
                    found.map(each -> Node.number(each.get("weight")) / all).orElse(0.0);
            double wanted = Node.number(destination.getOrDefault("weight", 100)) / sum;
            if (found.isEmpty() || Math.abs(share - wanted) > TOLERATED_SHARE) {
                return false;
            }
            left.remove(found.get());
        }
        return left.isEmpty();
    }

    /// A port counts only where the case names one.
    private static boolean isSame(Map<String, Object> expected, Map<String, Object> actual) {
        return Objects.equals(expected.get("host"), actual.get("host"))
                && Node.text(expected, "subset", "").equals(Node.text(actual, "subset", ""))
                && (!expected.containsKey("port")
                        || Node.text(expected, "port", "").equals(Node.text(actual, "port", "")));
    }

    private static boolean shares(Map<String, Object> expected, Map<String, Object> actual) {
        return expected.entrySet().stream()
                .allMatch(share -> Math.abs(Node.number(share.getValue()) - Node.number(actual.get(share.getKey())))
                        <= TOLERATED_SHARE);
    }

    private static boolean mirrors(List<Map<String, Object>> expected, List<Map<String, Object>> actual) {
        boolean same = expected.size() == actual.size();
        for (int i = 0; same && i < actual.size(); i++) {
            same = isSame(expected.get(i), actual.get(i))
                    && Math.abs(Node.number(expected.get(i).getOrDefault("percentage", 100))
                                    - Node.number(actual.get(i).get("percentage")))
                            < 1e-6;
        }
        return same;
    }

    private static List<String> lower(List<String> names) {
        return names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .sorted()
                .toList();
    }

    /// Several lines of a name mean the same as one that is joined by commas (RFC 9110, 5.3).
    private static boolean headers(Map<String, Object> expected, Map<String, Object> actual) {
        var found = new HashMap<String, String>();
        actual.forEach((name, values) -> found.put(name.toLowerCase(Locale.ROOT), joined(values)));
        return expected.entrySet().stream()
                .allMatch(header -> joined(header.getValue())
                        .equals(found.get(header.getKey().toLowerCase(Locale.ROOT))));
    }

    private static String joined(@Nullable Object values) {
        return String.join(",", Node.texts(values)).replaceAll("\\s*,\\s*", ",");
    }
}
