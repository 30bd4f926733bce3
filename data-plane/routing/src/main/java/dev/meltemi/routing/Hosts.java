package dev.meltemi.routing;

import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The routes of a table by the host that a caller addressed.
sealed interface Hosts permits OutboundHosts, GatewayHosts {
    /// The slow way, which {@link AuthorityCache} saves most requests.
    ///
    /// @param listenerPort as {@link RequestHead#listenerPort}
    RouteList routes(String authority, int listenerPort);

    /// What has to be known before {@link #connect}.
    ///
    /// @param destination as of {@link ConnectionHead}
    Expected expects(@Nullable String destination, int port);

    /// What becomes of a connection.
    ConnectionDecision connect(ConnectionHead head, RandomGenerator random);

    /// Every list of routes, for people.
    List<Listed> listed();

    record Listed(String host, int port, RouteList routes) {}

    /// Every list of rules for connections, for people: without those that only lead to the service itself.
    List<ConnectionRows.Listed> listedConnections();

    /// All that any route leads to.
    Set<Cluster> clusters();
}
