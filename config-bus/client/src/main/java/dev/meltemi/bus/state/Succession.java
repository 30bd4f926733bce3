package dev.meltemi.bus.state;

import dev.meltemi.schemas.Restore;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which topic ids of `mesh.config` may follow which: an id is the successor of those whose documents were published
/// again under it. Used by one thread.
public final class Succession {
    private final Map<String, List<String>> restored = new HashMap<>();

    public void learn(String topicId, Restore restore) {
        restored.put(topicId, restore.restores());
    }

    /// Topic ids that this one continues.
    public List<String> restoredBy(String topicId) {
        return restored.getOrDefault(topicId, List.of());
    }

    /// The first of those that somebody remembers and that this one doesn't continue: then it isn't a restored topic,
    /// but a loss.
    public Optional<String> lostTo(String topicId, Collection<String> remembered) {
        return remembered.stream()
                .filter(id -> !id.isEmpty()
                        && !id.equals(topicId)
                        && !restoredBy(topicId).contains(id))
                .findFirst();
    }
}
