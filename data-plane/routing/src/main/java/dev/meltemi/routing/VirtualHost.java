package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a sidecar does with requests for one host: a list of routes for each port. Shared by tables as long
/// as nothing that it was made of changes.
///
/// @param byPort ports of the service
/// @param onlyHttpPort the list for any port that the service doesn't have, when it has exactly one HTTP port
/// @param elsewhere ports at which only rules know the host
/// @param connections to ports of the service, for what isn't HTTP
/// @param clusters that the routes lead to
/// @param dependencies the services that were looked at, as they were
record VirtualHost(
        Edge.Service service,
        Map<Integer, RouteList> byPort,
        @Nullable RouteList onlyHttpPort,
        Map<Integer, RouteList> elsewhere,
        ServiceConnections connections,
        Set<Cluster> clusters,
        Map<String, @Nullable ServiceRoutes> dependencies) {
    VirtualHost {
        byPort = Map.copyOf(byPort);
        elsewhere = Map.copyOf(elsewhere);
        clusters = Set.copyOf(clusters);
    }

    /// @param explicit whether the port comes from an authority, which people leave out, and not from a
    ///     connection
    @Nullable
    RouteList at(int port, boolean explicit) {
        RouteList found = byPort.get(port);
        if (found == null && explicit) {
            found = onlyHttpPort;
        }
        return found == null ? elsewhere.get(port) : found;
    }
}
