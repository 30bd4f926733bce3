package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.OtherDeclaration;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The services that one workload sees, remembering which of them were asked for: what is made of the answers stays
/// right as long as those records stay the same.
final class ServiceLookup {
    private final Map<String, ServiceRoutes> services;
    private final String clientNamespace;
    private final Scope scope;
    private Map<String, @Nullable ServiceRoutes> asked = new HashMap<>();

    ServiceLookup(Map<String, ServiceRoutes> services, String clientNamespace, Scope scope) {
        this.services = services;
        this.clientNamespace = clientNamespace;
        this.scope = scope;
    }

    MeshDefaults defaults() {
        return scope.defaults();
    }

    /// Where a rule may lead.
    ///
    /// @return null when nothing declares the host, or not to this workload
    @Nullable
    ServiceRoutes visible(String host) {
        ServiceRoutes found = asked(host);
        ServiceRoutes called = found == null ? null : called(found);
        return called != null || found == null
                ? called
                : declared(found, namespace -> scope.reaches(namespace, found.getHost()));
    }

    /// What an application may call.
    ///
    /// @return null when nothing declares the host, or not to this workload
    @Nullable
    ServiceRoutes callable(String host) {
        ServiceRoutes found = asked(host);
        return found == null ? null : called(found);
    }

    /// As this workload sees the service when its application calls it; null when it doesn't see it.
    @Nullable
    ServiceRoutes called(ServiceRoutes service) {
        return declared(service, namespace -> scope.shows(namespace, service.getHost()));
    }

    /// Of the declarations that it sees its own namespace's, else the first (Istio: `selectServices`).
    private @Nullable ServiceRoutes declared(ServiceRoutes service, Predicate<String> inScope) {
        boolean first = service.getDeclaredBy() != Declaration.NONE
                && exported(service.getExportTo(), clientNamespace)
                && inScope.test(service.getNamespace());
        if (service.getOthers().isEmpty() || (first && service.getNamespace().equals(clientNamespace))) {
            return first ? service : null;
        }
        OtherDeclaration best = null;
        for (OtherDeclaration other : service.getOthers()) {
            boolean seen = exported(other.getExportTo(), clientNamespace) && inScope.test(other.getNamespace());
            boolean own = other.getNamespace().equals(clientNamespace);
            if (seen && (own || (best == null && !first))) {
                best = other;
                if (own) {
                    break;
                }
            }
        }
        return best != null ? as(service, best) : first ? service : null;
    }

    private static ServiceRoutes as(ServiceRoutes service, OtherDeclaration declared) {
        return new ServiceRoutes(
                service.getHost(),
                declared.getNamespace(),
                declared.getDeclaredBy(),
                declared.getResolution(),
                declared.getExternal(),
                declared.getAddresses(),
                declared.getExportTo(),
                declared.getPorts(),
                service.getHttp(),
                declared.getSubjectAltNames(),
                service.getTls(),
                service.getTcp(),
                service.getPolicies(),
                service.getOthers(),
                declared.getOneAddress(),
                service.getBackendTls());
    }

    private @Nullable ServiceRoutes asked(String host) {
        ServiceRoutes found = services.get(host);
        asked.put(host, found);
        return found;
    }

    static boolean exported(Collection<String> to, String namespace) {
        return to.contains("*") || to.contains(namespace);
    }

    /// What was asked since the last time, to be handed to {@link #unchanged}.
    Map<String, @Nullable ServiceRoutes> takeAsked() {
        Map<String, @Nullable ServiceRoutes> taken = asked;
        asked = new HashMap<>();
        return taken;
    }

    boolean unchanged(Map<String, @Nullable ServiceRoutes> dependencies) {
        for (var dependency : dependencies.entrySet()) {
            if (!same(services.get(dependency.getKey()), dependency.getValue())) {
                return false;
            }
        }
        return true;
    }

    /// Records that didn't change are the same object, as {@link dev.meltemi.schemas.Compiled#with} leaves them.
    @SuppressWarnings("ReferenceEquality") // comparing contents would cost what sharing saves
    private static boolean same(@Nullable ServiceRoutes one, @Nullable ServiceRoutes other) {
        return one == other;
    }

    /// As Istio labels it: the short name of a cluster-local service, the host itself of any other.
    static Edge.Service service(ServiceRoutes of) {
        String host = of.getHost();
        int dot = host.indexOf('.');
        String name = host.endsWith(ClientNames.SERVICE_DOMAIN) && dot > 0 ? host.substring(0, dot) : host;
        return new Edge.Service(host, name, of.getNamespace());
    }
}
