package dev.meltemi.routing;

import java.util.Set;

/// The routes of a table by the host that a caller addressed.
sealed interface Hosts permits OutboundHosts, GatewayHosts {
    /// The slow way, which {@link AuthorityCache} saves most requests.
    ///
    /// @param listenerPort as {@link RequestHead#listenerPort}
    RouteList routes(String authority, int listenerPort);

    /// All that any route leads to.
    Set<Cluster> clusters();
}
