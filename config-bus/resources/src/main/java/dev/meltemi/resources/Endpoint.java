package dev.meltemi.resources;

import java.util.Map;

/// One workload's address, in a WorkloadEntry or written into a ServiceEntry.
///
/// @param address IP, name to resolve, or `unix:///path`
/// @param ports service port name to the port where the workload listens; the service's target port otherwise
/// @param locality `region/zone/subzone`, empty when unknown
/// @param weight 1 when the document gives none
public record Endpoint(
        String address,
        Map<String, Integer> ports,
        Map<String, String> labels,
        String network,
        String locality,
        int weight,
        String serviceAccount) {
    public Endpoint {
        ports = Ordered.copy(ports);
        labels = Ordered.copy(labels);
    }
}
