package dev.meltemi.rules;

import dev.meltemi.resources.Resource;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.fleet.Registration;

/// One thing that the mesh was told.
public sealed interface Change {
    /// An accepted document.
    ///
    /// @param offset on `mesh.config`
    /// @param createdSequence offset at which the document first appeared: the smaller is the older
    record Accepted(Resource resource, long offset, long createdSequence) implements Change {}

    record Deleted(ResourceKey key, long offset) implements Change {}

    record Registered(Registration registration) implements Change {}

    /// @param instance id of the instance that is gone
    record Withdrawn(String instance) implements Change {}

    /// What a lease says of an instance that is still registered.
    record Health(String instance, boolean healthy) implements Change {}
}
