package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Optional;

/// Permits documents of other namespaces to refer to what its own namespace holds.
public record ReferenceGrant(ResourceKey key, List<From> from, List<To> to) implements Resource {
    public ReferenceGrant {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    public record From(String group, String kind, String namespace) {}

    /// @param name empty: all of the kind
    public record To(String group, String kind, Optional<String> name) {}

    /// Whether a document of that group, kind and namespace may refer to that.
    public boolean permits(String group, String kind, String namespace, ObjectReference to) {
        return to.namespace().equals(key.namespace())
                && from.contains(new From(group, kind, namespace))
                && this.to.stream()
                        .anyMatch(target -> target.group().equals(to.group())
                                && target.kind().equals(to.kind())
                                && target.name().map(to.name()::equals).orElse(true));
    }
}
