package dev.meltemi.resources.analysis;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Selectors of exact labels.
final class Labels {
    private Labels() {}

    static boolean match(Map<String, String> selector, Map<String, String> labels) {
        for (var wanted : selector.entrySet()) {
            if (!wanted.getValue().equals(labels.get(wanted.getKey()))) {
                return false;
            }
        }
        return true;
    }

    /// `app=reviews,version=v1`
    static String text(Map<String, String> selector) {
        return new TreeMap<>(selector)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining(","));
    }
}
