package dev.meltemi.rules;

import dev.meltemi.resources.PeerAuthentication;
import dev.meltemi.resources.PeerAuthentication.Mode;
import dev.meltemi.schemas.compiled.AccessRules;
import dev.meltemi.schemas.compiled.MutualTls;
import java.util.TreeMap;

/// A PeerAuthentication with everything that can be compiled from it alone. The oldest sorts first.
///
/// @param scope key of its record: `mesh`, `namespace/NAME`, `workload/NAMESPACE/NAME`
record Guard(Age age, String scope, AccessRules compiled) implements Entry, Comparable<Guard> {
    /// Where rules for the whole mesh live.
    private static final String ROOT_NAMESPACE = "istio-system";

    static Guard of(PeerAuthentication policy, long offset, long created) {
        String namespace = policy.key().namespace();
        boolean forMesh = namespace.equals(ROOT_NAMESPACE) && policy.selector().isEmpty();
        var ports = new TreeMap<String, MutualTls>();
        policy.ports().forEach((port, mode) -> ports.put(Integer.toString(port), compiled(mode)));
        var rules = AccessRules.newBuilder()
                .setRule("PeerAuthentication/" + policy.key().qualifiedName())
                .setConfigOffset(offset)
                .setNamespace(forMesh ? "" : namespace)
                .setSelector(new TreeMap<>(policy.selector()))
                .setMutualTls(compiled(policy.mode()))
                .setPortMutualTls(ports)
                .setCreated(created)
                .build();
        return new Guard(new Age(created, policy.key()), scope(policy, forMesh), rules);
    }

    private static String scope(PeerAuthentication policy, boolean forMesh) {
        if (forMesh) {
            return "mesh";
        }
        String namespace = policy.key().namespace();
        return policy.selector().isEmpty()
                ? "namespace/" + namespace
                : "workload/" + namespace + "/" + policy.key().name();
    }

    /// A policy for workloads in the root namespace is for none (Istio: `ComposePeerAuthentication`).
    boolean counts() {
        return compiled.getSelector().isEmpty() || !compiled.getNamespace().equals(ROOT_NAMESPACE);
    }

    private static MutualTls compiled(Mode mode) {
        return switch (mode) {
            case UNSET -> MutualTls.UNSET;
            case DISABLE -> MutualTls.DISABLE;
            case PERMISSIVE -> MutualTls.PERMISSIVE;
            case STRICT -> MutualTls.STRICT;
        };
    }

    @Override
    public int compareTo(Guard other) {
        return age.compareTo(other.age);
    }
}
