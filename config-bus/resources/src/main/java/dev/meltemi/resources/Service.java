package dev.meltemi.resources;

import dev.meltemi.schemas.ResourceKey;
import java.util.List;
import java.util.Map;

/// A Kubernetes Service (`core/v1`), whose host is `name.namespace.svc.<domain>`.
///
/// @param clusterIps empty for a headless service
/// @param selector labels of its workloads; empty: it selects none
/// @param externalName empty unless the type is ExternalName
/// @param exportTo of the annotation `networking.istio.io/exportTo`, empty for the mesh's default
public record Service(
        ResourceKey key,
        List<ServicePort> ports,
        Map<String, String> selector,
        List<String> clusterIps,
        boolean headless,
        String externalName,
        List<String> exportTo)
        implements Resource {
    public Service {
        ports = List.copyOf(ports);
        selector = Ordered.copy(selector);
        clusterIps = List.copyOf(clusterIps);
        exportTo = List.copyOf(exportTo);
    }
}
