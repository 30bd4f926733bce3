package dev.meltemi.schemas;

import java.util.Optional;

/// The key of a document on the config topics: `group/Kind/namespace/name`, where the group is `core` for core kinds
/// and the namespace `-` for cluster scope.
public record ResourceKey(String group, String kind, String namespace, String name) implements Comparable<ResourceKey> {
    /// Empty when the text doesn't have four non-empty parts.
    public static Optional<ResourceKey> parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 4) {
            return Optional.empty();
        }
        for (String part : parts) {
            if (part.isBlank()) {
                return Optional.empty();
            }
        }
        return Optional.of(new ResourceKey(parts[0], parts[1], parts[2], parts[3]));
    }

    /// `namespace/name`, as people and rules name it.
    public String qualifiedName() {
        return namespace + "/" + name;
    }

    @Override
    public int compareTo(ResourceKey other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return group + "/" + kind + "/" + namespace + "/" + name;
    }
}
