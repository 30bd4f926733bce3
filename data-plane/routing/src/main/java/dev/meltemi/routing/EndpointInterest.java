package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Whose endpoints a workload needs: a Sidecar that limits what it sees spares it most of a large mesh.
///
/// What it doesn't keep it can't name: a caller in plaintext from beyond its scope is unknown to its telemetry. A
/// caller that proves who it is tells its own labels.
public record EndpointInterest(Workload self) {
    /// A workload that sees more of the mesh than one service in that many keeps all, instead of reading again for each
    /// service that is new.
    private static final int MOST = 2;

    /// Whether a Sidecar limits what the workload sees.
    public boolean isLimited(Collection<Settings> settings) {
        return Scope.of(self, settings, Map.of()).isLimited();
    }

    /// @return empty: every host
    public Optional<Set<String>> hosts(Collection<Settings> settings, Map<String, ServiceRoutes> services) {
        Scope scope = Scope.of(self, settings, services);
        if (!scope.isLimited()) {
            return Optional.empty();
        }
        var hosts = new HashSet<String>();
        services.forEach((host, service) -> {
            if (scope.reaches(service.getNamespace(), host)) {
                hosts.add(host);
            }
        });
        return hosts.size() > services.size() / MOST ? Optional.empty() : Optional.of(hosts);
    }
}
