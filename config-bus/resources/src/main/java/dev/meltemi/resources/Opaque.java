package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;

/// A document of a kind that is judged in full but does nothing yet: no compiler reads it.
///
/// @param apiVersion as written
public record Opaque(ResourceKey key, String apiVersion) implements Resource {}
