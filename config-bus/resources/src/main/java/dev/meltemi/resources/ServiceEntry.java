package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;

/// Services that people declare.
///
/// @param hosts as written: always full names, perhaps wildcards
/// @param addresses IPs and CIDRs
/// @param external MESH_EXTERNAL, also Istio's default
/// @param selects whether workloads of its namespace are its endpoints; otherwise the inline ones are
/// @param workloadSelector labels of those workloads; empty: all
/// @param exportTo as written, empty for the mesh's default
/// @param subjectAltNames that the servers' certificates must carry
public record ServiceEntry(
        ResourceKey key,
        List<String> hosts,
        List<String> addresses,
        List<ServicePort> ports,
        boolean external,
        Resolution resolution,
        List<Endpoint> endpoints,
        boolean selects,
        Map<String, String> workloadSelector,
        List<String> exportTo,
        List<String> subjectAltNames)
        implements Resource {
    public ServiceEntry {
        hosts = List.copyOf(hosts);
        addresses = List.copyOf(addresses);
        ports = List.copyOf(ports);
        endpoints = List.copyOf(endpoints);
        workloadSelector = Ordered.copy(workloadSelector);
        exportTo = List.copyOf(exportTo);
        subjectAltNames = List.copyOf(subjectAltNames);
    }

    /// How addresses of endpoints are found. DYNAMIC_DNS is DNS too: what is resolved under a wildcard is the name that
    /// the caller asked for.
    public enum Resolution {
        /// The address that the caller asked for.
        NONE,
        STATIC,
        /// The host, or the endpoints' names, are resolved, and each address is an endpoint.
        DNS,
        /// A new connection goes to one address of the newest answer.
        DNS_ROUND_ROBIN
    }
}
