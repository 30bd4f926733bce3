package dev.meltemi.resources.status;

import dev.meltemi.resources.BackendTlsPolicy;
import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.Namespace;
import dev.meltemi.resources.ObjectReference;
import dev.meltemi.resources.ParentReference;
import dev.meltemi.resources.ReferenceGrant;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.Service;
import dev.meltemi.resources.ServiceEntry;
import dev.meltemi.resources.ServicePort;
import dev.meltemi.schemas.ResourceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The documents in force on which those of the Gateway API depend, found by how they refer to each other.
public final class Surroundings {
    static final String GATEWAY_API = "gateway.networking.k8s.io";

    /// A label that Kubernetes gives every namespace.
    private static final String NAME_LABEL = "kubernetes.io/metadata.name";

    private final Map<ResourceKey, Resource> documents = new HashMap<>();
    private final Map<String, List<ReferenceGrant>> grants = new HashMap<>();
    private final Map<ResourceKey, List<KubernetesRoute>> attached = new HashMap<>();
    private final Map<String, List<ServicePort>> declared = new HashMap<>();
    private final Map<String, List<ServicePort>> registered;
    private final Map<BackendTlsPolicy.Target, BackendTlsPolicy> backendTls = new HashMap<>();

    public Surroundings(Collection<? extends Resource> inForce) {
        this(inForce, Map.of());
    }

    /// Takes time linear in the documents.
    ///
    /// @param inForce of BackendTLSPolicies the oldest first
    /// @param registered ports of services that workloads offer without a document, by full host name
    public Surroundings(Collection<? extends Resource> inForce, Map<String, List<ServicePort>> registered) {
        this.registered = Map.copyOf(registered);
        for (Resource resource : inForce) {
            documents.put(resource.key(), resource);
            if (resource instanceof ReferenceGrant grant) {
                grants.computeIfAbsent(grant.key().namespace(), any -> new ArrayList<>())
                        .add(grant);
            } else if (resource instanceof ServiceEntry entry) {
                entry.hosts().forEach(host -> declared.put(host.toLowerCase(Locale.ROOT), entry.ports()));
            } else if (resource instanceof BackendTlsPolicy policy) {
                policy.targets().forEach(target -> backendTls.putIfAbsent(target, policy));
            } else if (resource instanceof KubernetesRoute route) {
                route.parents().stream()
                        .map(ParentReference::to)
                        .filter(Surroundings::isGateway)
                        .map(Surroundings::gatewayKey)
                        .distinct()
                        .forEach(key -> attached.computeIfAbsent(key, any -> new ArrayList<>())
                                .add(route));
            }
        }
    }

    /// Whether a change of that document may change what this package says of others.
    public static boolean matters(Resource resource) {
        return resource instanceof KubernetesGateway
                || resource instanceof KubernetesRoute
                || resource instanceof BackendTlsPolicy
                || resource instanceof ReferenceGrant
                || resource instanceof Namespace
                || resource instanceof Service
                || resource instanceof ServiceEntry;
    }

    Optional<KubernetesGateway> gateway(ObjectReference to) {
        return isGateway(to) && documents.get(gatewayKey(to)) instanceof KubernetesGateway gateway
                ? Optional.of(gateway)
                : Optional.empty();
    }

    private static boolean isGateway(ObjectReference to) {
        return to.group().equals(GATEWAY_API) && to.kind().equals("Gateway");
    }

    private static ResourceKey gatewayKey(ObjectReference to) {
        return new ResourceKey(GATEWAY_API, "Gateway", to.namespace(), to.name());
    }

    /// Ports of a Service, of a ServiceEntry, or of a host that a ServiceEntry declares; empty when there is none.
    Optional<List<ServicePort>> ports(ObjectReference to) {
        return switch (to.group() + "/" + to.kind()) {
            case "/Service" ->
                at("core", to) instanceof Service service
                        ? Optional.of(service.ports())
                        : Optional.ofNullable(registered.get(to.name() + "." + to.namespace() + ".svc.cluster.local"));
            case "networking.istio.io/ServiceEntry" ->
                at(to.group(), to) instanceof ServiceEntry entry ? Optional.of(entry.ports()) : Optional.empty();
            case "networking.istio.io/Hostname" ->
                Optional.ofNullable(declared.get(to.name().toLowerCase(Locale.ROOT)));
            default -> Optional.empty();
        };
    }

    /// The policy that counts for just this service and port.
    Optional<BackendTlsPolicy> firstNaming(BackendTlsPolicy.Target target) {
        return Optional.ofNullable(backendTls.get(target));
    }

    private @Nullable Resource at(String group, ObjectReference to) {
        return documents.get(new ResourceKey(group, to.kind(), to.namespace(), to.name()));
    }

    /// Routes that name this gateway, whether it takes them or not.
    List<KubernetesRoute> naming(KubernetesGateway gateway) {
        return attached.getOrDefault(gateway.key(), List.of());
    }

    /// Whether a document may refer to that: to what is beside it, and elsewhere with a grant.
    boolean permits(ResourceKey from, ObjectReference to) {
        return to.namespace().equals(from.namespace())
                || grants.getOrDefault(to.namespace(), List.of()).stream()
                        .anyMatch(grant -> grant.permits(from.group(), from.kind(), from.namespace(), to));
    }

    /// Of a namespace that nobody described, too.
    Map<String, String> labels(String namespace) {
        Map<String, String> labels = new HashMap<>();
        if (documents.get(new ResourceKey("core", "Namespace", "-", namespace)) instanceof Namespace described) {
            labels.putAll(described.labels());
        }
        labels.put(NAME_LABEL, namespace);
        return labels;
    }
}
