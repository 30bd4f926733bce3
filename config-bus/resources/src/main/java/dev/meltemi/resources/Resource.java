package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;

/// A document that was accepted: valid once constructed.
public interface Resource {
    ResourceKey key();
}
