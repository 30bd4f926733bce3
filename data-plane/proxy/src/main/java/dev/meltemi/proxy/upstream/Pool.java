package dev.meltemi.proxy.upstream;

import dev.meltemi.routing.Cluster;
import org.jspecify.annotations.Nullable;

/// The connections of one event loop that speak one protocol to one endpoint in one way.
sealed interface Pool permits EndpointPool, Http2Pool {
    Way way();

    /// @param cluster null for our own application, which has no limits
    /// @param fresh not one that has been idle, because such a one has just failed
    UpstreamStream lend(@Nullable Cluster cluster, long connectTimeoutNanos, boolean fresh, UpstreamUser user);

    /// Closes what is idle; what is lent closes when it comes back.
    void close();
}
