package dev.meltemi.rules;

import java.util.Collection;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/// Persistent map from a key to sorted values; a change copies O(log n) nodes. A key without values doesn't exist.
record Index<V extends Comparable<V>>(TreePMap<String, TreePSet<V>> byKey) {
    static <V extends Comparable<V>> Index<V> empty() {
        return new Index<>(TreePMap.empty());
    }

    Index<V> plus(String key, V value) {
        return new Index<>(byKey.plus(key, at(key).plus(value)));
    }

    Index<V> minus(String key, V value) {
        TreePSet<V> rest = at(key).minus(value);
        return new Index<>(rest.isEmpty() ? byKey.minus(key) : byKey.plus(key, rest));
    }

    Index<V> plusAll(Collection<String> keys, V value) {
        var index = this;
        for (String key : keys) {
            index = index.plus(key, value);
        }
        return index;
    }

    Index<V> minusAll(Collection<String> keys, V value) {
        var index = this;
        for (String key : keys) {
            index = index.minus(key, value);
        }
        return index;
    }

    TreePSet<V> at(String key) {
        TreePSet<V> found = byKey.get(key);
        return found == null ? TreePSet.empty() : found;
    }
}
