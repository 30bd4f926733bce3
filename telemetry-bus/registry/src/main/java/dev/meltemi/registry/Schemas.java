package dev.meltemi.registry;

import dev.meltemi.schemas.registry.RegisteredSchema;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// What `mesh.schemas` holds, by id. Written by the follower, read by event loops.
final class Schemas {
    private final Map<Integer, RegisteredSchema> byId = new ConcurrentSkipListMap<>();

    void put(RegisteredSchema schema) {
        byId.put(schema.getId(), schema);
    }

    Optional<RegisteredSchema> byId(int id) {
        return Optional.ofNullable(byId.get(id));
    }

    Collection<RegisteredSchema> all() {
        return byId.values();
    }

    List<String> subjects() {
        return byId.values().stream()
                .map(RegisteredSchema::getSubject)
                .distinct()
                .sorted()
                .toList();
    }

    /// Oldest first; empty for an unknown subject.
    List<RegisteredSchema> versions(String subject) {
        return byId.values().stream()
                .filter(schema -> schema.getSubject().equals(subject))
                .sorted(Comparator.comparingInt(RegisteredSchema::getVersion))
                .toList();
    }
}
