package dev.meltemi.rules;

import dev.meltemi.schemas.ResourceKey;
import java.util.Comparator;

/// Who was first: the oldest of several that claim the same wins, then the smaller name, then namespace, as in Istio
/// (`configCompareByCreationTime`); ours counts offsets instead of seconds, so that two never tie by chance.
///
/// @param created offset at which the document first appeared
record Age(long created, ResourceKey key) implements Comparable<Age> {
    private static final Comparator<Age> OLDEST_FIRST = Comparator.comparingLong(Age::created)
            .thenComparing(age -> age.key().name())
            .thenComparing(age -> age.key().namespace())
            .thenComparing(Age::key);

    @Override
    public int compareTo(Age other) {
        return OLDEST_FIRST.compare(this, other);
    }
}
