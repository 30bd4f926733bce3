package dev.meltemi.rules;

import dev.meltemi.resources.BackendTlsPolicy;
import dev.meltemi.resources.DestinationRule;
import dev.meltemi.resources.Gateway;
import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.MeshConfig;
import dev.meltemi.resources.Namespace;
import dev.meltemi.resources.Opaque;
import dev.meltemi.resources.PeerAuthentication;
import dev.meltemi.resources.ReferenceGrant;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.Service;
import dev.meltemi.resources.ServiceEntry;
import dev.meltemi.resources.Sidecar;
import dev.meltemi.resources.VirtualService;
import dev.meltemi.resources.WorkloadEntry;
import java.util.Optional;

/// An accepted document, with whatever can be compiled from it alone.
sealed interface Entry permits Rule, Delegate, Policy, Declared, Door, Guard, Setting, ApiEntry, Workload.Listed {
    /// @param created offset at which the document first appeared
    /// @return empty for a kind that no compiler reads
    static Optional<Entry> of(Resource resource, long offset, long created) {
        return switch (resource) {
            case VirtualService service ->
                Optional.of(service.hosts().isEmpty() ? Delegate.of(service) : Rule.of(service, offset, created));
            case DestinationRule rule -> Optional.of(Policy.of(rule, offset, created));
            case Service service -> Optional.of(Declared.of(service, created));
            case ServiceEntry entry -> Optional.of(Declared.of(entry, created));
            case WorkloadEntry workload -> Optional.of(new Workload.Listed(workload));
            case Sidecar sidecar -> Optional.of(Setting.of(sidecar, offset, created));
            case MeshConfig mesh -> Optional.of(Setting.of(mesh, offset, created));
            case Gateway gateway -> Optional.of(new Door(gateway, offset, created));
            case PeerAuthentication policy ->
                Optional.of(Guard.of(policy, offset, created))
                        .filter(Guard::counts)
                        .map(Entry.class::cast);
            case KubernetesGateway gateway -> Optional.of(new ApiGateway(gateway, offset, created));
            case KubernetesRoute route -> Optional.of(ApiRoute.of(route, offset, created));
            case ReferenceGrant grant -> Optional.of(new ApiGrant(new Age(created, grant.key()), grant));
            case Namespace namespace -> Optional.of(new ApiNamespace(namespace));
            case BackendTlsPolicy policy -> Optional.of(ApiBackendTls.of(policy, offset, created));
            case Opaque _ -> Optional.empty();
        };
    }
}
