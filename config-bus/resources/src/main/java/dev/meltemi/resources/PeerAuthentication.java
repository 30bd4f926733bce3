package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.Map;

/// What a workload takes from its callers: mTLS, plaintext or both.
///
/// @param selector labels of the workloads of its namespace that it is for; empty: all
/// @param ports by the workload's own port, above `mode`
public record PeerAuthentication(ResourceKey key, Map<String, String> selector, Mode mode, Map<Integer, Mode> ports)
        implements Resource {
    public PeerAuthentication {
        selector = Ordered.copy(selector);
        ports = Map.copyOf(ports);
    }

    /// `UNSET`: what the wider scope says.
    public enum Mode {
        UNSET,
        DISABLE,
        PERMISSIVE,
        STRICT
    }
}
