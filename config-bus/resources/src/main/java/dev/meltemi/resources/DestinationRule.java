package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What callers do once a rule has chosen a host.
///
/// @param host as written, perhaps short or a wildcard
/// @param exportTo as written, empty for the mesh's default
/// @param workloadSelector labels of the callers it is for; empty: all
public record DestinationRule(
        ResourceKey key,
        String host,
        List<String> exportTo,
        Map<String, String> workloadSelector,
        List<Subset> subsets,
        Optional<TrafficPolicy> trafficPolicy,
        Optional<HealthCheck> healthCheck)
        implements Resource {
    public DestinationRule {
        exportTo = List.copyOf(exportTo);
        workloadSelector = Ordered.copy(workloadSelector);
        subsets = List.copyOf(subsets);
    }

    /// @param labels an endpoint must have all of them
    public record Subset(String name, Map<String, String> labels, Optional<TrafficPolicy> trafficPolicy) {
        public Subset {
            labels = Ordered.copy(labels);
        }
    }
}
