package dev.meltemi.routing;

import dev.meltemi.schemas.access.WorkloadLabels;
import java.util.Map;

/// The workload that a table is specialised for.
///
/// @param gateway whether it serves Gateways instead of an application
public record Workload(
        String instance,
        String name,
        String namespace,
        Map<String, String> labels,
        String serviceAccount,
        String cluster,
        boolean gateway) {
    public Workload {
        labels = Map.copyOf(labels);
    }

    public WorkloadLabels telemetryLabels() {
        return WorkloadLabels.of(name, namespace, labels, cluster);
    }
}
