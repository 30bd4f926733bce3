package dev.meltemi.rules;

import java.util.LinkedHashSet;
import java.util.List;

/// How a VirtualService names the gateways it is bound to.
final class GatewayName {
    /// Every sidecar.
    static final String MESH = "mesh";

    private GatewayName() {}

    /// As `namespace/name` or `mesh`, in the rule's order, without repetition.
    static List<String> resolved(List<String> gateways, String namespace) {
        var names = new LinkedHashSet<String>();
        gateways.forEach(gateway -> names.add(resolved(gateway, namespace)));
        return List.copyOf(names);
    }

    /// `name` and `./name` are of the rule's own namespace; `name.namespace.svc…` is how Istio once wrote `ns/name`.
    private static String resolved(String gateway, String namespace) {
        if (gateway.equals(MESH)) {
            return MESH;
        }
        int slash = gateway.indexOf('/');
        if (slash >= 0) {
            String prefix = gateway.substring(0, slash);
            return (prefix.equals(".") ? namespace : prefix) + gateway.substring(slash);
        }
        String[] parts = gateway.split("\\.", -1);
        return parts.length < 2 ? namespace + "/" + gateway : parts[1] + "/" + parts[0];
    }
}
