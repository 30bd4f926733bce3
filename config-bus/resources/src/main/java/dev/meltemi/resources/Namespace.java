package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.Map;

/// A core/v1 Namespace: its labels say whose routes a Gateway API listener takes.
public record Namespace(ResourceKey key, Map<String, String> labels) implements Resource {
    public Namespace {
        labels = Map.copyOf(labels);
    }
}
