package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The services that one workload sees, remembering which of them were asked for: what is made of the answers stays
/// right as long as those records stay the same.
final class ServiceLookup {
    private final Map<String, ServiceRoutes> services;
    private final String clientNamespace;
    private Map<String, @Nullable ServiceRoutes> asked = new HashMap<>();

    ServiceLookup(Map<String, ServiceRoutes> services, String clientNamespace) {
        this.services = services;
        this.clientNamespace = clientNamespace;
    }

    /// @return null when nothing declares the host, or not to this namespace
    @Nullable
    ServiceRoutes visible(String host) {
        ServiceRoutes found = services.get(host);
        asked.put(host, found);
        return found != null && declares(found) ? found : null;
    }

    boolean declares(ServiceRoutes service) {
        return service.getDeclaredBy() != Declaration.NONE && exported(service.getExportTo(), clientNamespace);
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
