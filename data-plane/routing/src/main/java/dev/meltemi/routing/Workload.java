package dev.meltemi.routing;

import dev.meltemi.schemas.access.WorkloadLabels;
import java.util.Map;

/// The workload that a table is specialised for.
///
/// @param locality `region/zone/subzone`, empty when unknown
/// @param gateway whether it serves Gateways instead of an application
public record Workload(
        String instance,
        String name,
        String namespace,
        Map<String, String> labels,
        String serviceAccount,
        String cluster,
        String locality,
        boolean gateway) {
    public Workload {
        labels = Map.copyOf(labels);
    }

    /// One of which nobody knows where it runs.
    public Workload(
            String instance,
            String name,
            String namespace,
            Map<String, String> labels,
            String serviceAccount,
            String cluster,
            boolean gateway) {
        this(instance, name, namespace, labels, serviceAccount, cluster, "", gateway);
    }

    public WorkloadLabels telemetryLabels() {
        return WorkloadLabels.of(name, namespace, labels, cluster);
    }
}
