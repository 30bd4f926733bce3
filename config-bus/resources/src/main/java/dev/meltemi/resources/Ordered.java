package dev.meltemi.resources;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Immutable maps that keep the order of the text, so that what is compiled from them is the same bytes every time.
/// `Map.copyOf` gives another order in each process.
final class Ordered {
    private Ordered() {}

    static <K, V> Map<K, V> copy(Map<K, V> map) {
        return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
