package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;

/// Services that people declare.
///
/// @param hosts as written: always full names, perhaps wildcards
/// @param addresses IPs and CIDRs
/// @param external MESH_EXTERNAL, also Istio's default
/// @param workloadSelector labels of the workloads that are its endpoints; empty: the inline ones are
/// @param exportTo as written, empty for the mesh's default
public record ServiceEntry(
        ResourceKey key,
        List<String> hosts,
        List<String> addresses,
        List<ServicePort> ports,
        boolean external,
        Resolution resolution,
        List<Endpoint> endpoints,
        Map<String, String> workloadSelector,
        List<String> exportTo)
        implements Resource {
    public ServiceEntry {
        hosts = List.copyOf(hosts);
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
        workloadSelector = Ordered.copy(workloadSelector);
        exportTo = List.copyOf(exportTo);
    }

    /// How addresses of endpoints are found. DNS_ROUND_ROBIN is read as DNS and DYNAMIC_DNS as NONE, and said not to
    /// be in force.
    public enum Resolution {
        /// The address that the caller asked for.
        NONE,
        STATIC,
        /// The host, or the endpoints' names, are resolved.
        DNS
    }
}
