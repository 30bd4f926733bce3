package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.MutualTls;
import java.util.HashMap;
import java.util.Map;

/// What the rules for the mesh and for whole namespaces say of mTLS. A value, so that tables can tell whether it
/// changed.
///
/// @param namespaces those that say something
record NamespaceModes(MutualTls mesh, Map<String, MutualTls> namespaces) {
    private static final String MESH = "mesh";
    private static final String NAMESPACE = "namespace/";

    NamespaceModes {
        namespaces = Map.copyOf(namespaces);
    }

    /// @param access by scope
    static NamespaceModes of(Map<String, AccessRules> access) {
        var namespaces = new HashMap<String, MutualTls>();
        access.forEach((scope, rules) -> {
            if (scope.startsWith(NAMESPACE) && rules.getMutualTls() != MutualTls.UNSET) {
                namespaces.put(scope.substring(NAMESPACE.length()), rules.getMutualTls());
            }
        });
        AccessRules mesh = access.get(MESH);
        return new NamespaceModes(mesh == null ? MutualTls.UNSET : mesh.getMutualTls(), namespaces);
    }

    MutualTls of(String namespace) {
        return namespaces.getOrDefault(namespace, mesh);
    }

    /// Whether callers of a service there are to leave mesh mTLS alone. Rules for single workloads are not
    /// asked, as in Istio (`BestEffortInferServiceMTLSMode`): a caller can't know whom its request will reach.
    boolean takesPlaintextOnly(String namespace) {
        return of(namespace) == MutualTls.DISABLE;
    }
}
