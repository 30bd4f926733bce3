package dev.meltemi.proxy.upstream;

import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Connections to one endpoint from one event loop. The one used last is lent first, so that the rest can grow
/// idle and close. Bounded: beyond the proxy's limit a request is refused; beyond its cluster's it waits in line.
final class EndpointPool {
    private final Endpoint endpoint;
    private final @Nullable MutualTls security;
    private final UpstreamPools pools;
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    /// Not connected: each stands for a request that waits. Bounded by the cluster's limit of pending requests, and by
    /// the callers' connections, each of which has one request under way.
    private final ArrayDeque<UpstreamConnection> waiting = new ArrayDeque<>();

    private int open;
    private boolean closed;

    /// @param security null: plaintext
    EndpointPool(Endpoint endpoint, @Nullable MutualTls security, UpstreamPools pools) {
        this.endpoint = endpoint;
        this.security = security;
        this.pools = pools;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Nullable
    MutualTls security() {
        return security;
    }

    UpstreamPools pools() {
        return pools;
    }

    /// An idle connection, or a new one, or, where the cluster has as many as it may, the next that comes back.
    ///
    /// @param cluster null for our own application, which has no limits
    UpstreamConnection lend(@Nullable Cluster cluster, long connectTimeoutNanos, boolean fresh, UpstreamUser user) {
        @Nullable UpstreamConnection pooled = fresh ? null : idle.pollLast();
        if (pooled != null) {
            pooled.lendTo(user, cluster);
            return pooled;
        }
        UpstreamConnection connection = new UpstreamConnection(this, user, cluster, connectTimeoutNanos);
        if (open >= pools.settings().maxConnections()) {
            connection.refuse("connections_to_endpoint");
        } else if (!connection.takePending()) {
            connection.refuse("pending_requests");
        } else if (connection.takeConnection(open == 0)) {
            open++;
            connection.connect();
        } else {
            connection.waitInLine();
            waiting.addLast(connection);
        }
        return connection;
    }

    /// Its request is gone.
    void leaveLine(UpstreamConnection connection) {
        waiting.remove(connection);
    }

    /// Opens connections for those who have waited longest: one has just closed.
    private void openForWaiting() {
        for (UpstreamConnection first = waiting.peekFirst();
                first != null && first.takeConnection(open == 0);
                first = waiting.peekFirst()) {
            waiting.pollFirst();
            open++;
            first.connect();
        }
    }

    /// Takes back a connection that can serve again, for whoever has waited longest.
    void giveBack(UpstreamConnection connection) {
        UpstreamConnection first = closed ? null : waiting.pollFirst();
        if (closed) {
            connection.close();
        } else if (first != null) {
            first.handOver(connection);
        } else {
            idle.addLast(connection);
        }
    }

    /// Called once for each connection that was opened, also for one that never came to be.
    void onClosed(UpstreamConnection connection) {
        open--;
        idle.remove(connection);
        openForWaiting();
        if (open == 0) {
            pools.forget(this);
            if (security != null) {
                security.contexts().release();
            }
        }
    }

    void close() {
        closed = true;
        for (UpstreamConnection connection : idle.toArray(UpstreamConnection[]::new)) {
            connection.close();
        }
    }
}
