package dev.meltemi.rules;

import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.schemas.ResourceKey;

/// A Gateway of the Gateway API and the offset of its accepted version.
record ApiGateway(KubernetesGateway gateway, long offset, long created) implements ApiEntry {
    static final String GROUP = "gateway.networking.k8s.io";
    static final String KIND = "Gateway";

    /// Of its record on mesh.gateways. Istio's Gateways have one slash in theirs.
    String key() {
        return key(gateway.key().namespace(), gateway.key().name());
    }

    static String key(String namespace, String name) {
        return "kubernetes/" + namespace + "/" + name;
    }

    /// Whether a certificate of one of its listeners is in that namespace, and the Gateway isn't.
    boolean reaches(String namespace) {
        ResourceKey own = gateway.key();
        return !own.namespace().equals(namespace)
                && gateway.listeners().stream()
                        .flatMap(listener -> listener.tls().stream())
                        .flatMap(tls -> tls.certificates().stream())
                        .map(ObjectReference::namespace)
                        .anyMatch(namespace::equals);
    }
}
