package dev.meltemi.conformance;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads what JSON and YAML give: maps, lists, texts, numbers.
final class Node {
    private Node() {}

    /// Empty for what is no mapping.
    @SuppressWarnings("unchecked") // JSON objects and YAML mappings have text keys
    static Map<String, Object> map(@Nullable Object node) {
        return node instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    static List<Map<String, Object>> maps(@Nullable Object node) {
        return node instanceof List<?> list ? list.stream().map(Node::map).toList() : List.of();
    }

    /// A single value counts as a list of one; nothing as an empty one.
    static List<String> texts(@Nullable Object node) {
        var texts = new ArrayList<String>();
        if (node instanceof Collection<?> several) {
            several.forEach(each -> texts.add(String.valueOf(each)));
        } else if (node != null) {
            texts.add(node.toString());
        }
        return texts;
    }

    static String text(Map<String, Object> node, String key, String otherwise) {
        return Objects.toString(node.get(key), otherwise);
    }

    static Map<String, String> textByName(@Nullable Object node) {
        var texts = new TreeMap<String, String>();
        map(node).forEach((name, value) -> texts.put(name, String.valueOf(value)));
        return texts;
    }

    /// Keys that nobody here knows, so that nothing which a case says passes unread; empty when there is none.
    static String unknown(Map<String, Object> node, Collection<String> known) {
        var unknown = new ArrayList<>(node.keySet());
        unknown.removeAll(known);
        return unknown.isEmpty() ? "" : "keys that this version doesn't know: " + String.join(", ", unknown);
    }

    static double number(@Nullable Object node) {
        return node == null ? 0 : Double.parseDouble(node.toString());
    }

    /// A number of seconds, or text with a unit: `0.5s`, `30ms`, `1m`, `2h`; none: null.
    static @Nullable Double seconds(@Nullable Object node) {
        if (node == null) {
            return null;
        }
        String text = node.toString();
        double unit = text.endsWith("ms") ? 1e-3 : text.endsWith("m") ? 60 : text.endsWith("h") ? 3_600 : 1;
        return Double.parseDouble(text.replaceAll("[a-z]+$", "")) * unit;
    }
}
