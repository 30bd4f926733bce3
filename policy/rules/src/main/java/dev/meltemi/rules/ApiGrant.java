package dev.meltemi.rules;

import dev.meltemi.resources.ReferenceGrant;

/// A ReferenceGrant.
record ApiGrant(Age age, ReferenceGrant grant) implements ApiEntry, Comparable<ApiGrant> {
    /// Whose objects may be referred to.
    String namespace() {
        return grant.key().namespace();
    }

    @Override
    public int compareTo(ApiGrant other) {
        return age.compareTo(other.age);
    }
}
