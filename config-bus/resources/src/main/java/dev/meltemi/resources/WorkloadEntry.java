package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;

/// A workload that no platform registers. Its labels are those of the document's metadata and, where that is silent,
/// of its spec, as in Istio.
public record WorkloadEntry(ResourceKey key, Endpoint endpoint) implements Resource {}
