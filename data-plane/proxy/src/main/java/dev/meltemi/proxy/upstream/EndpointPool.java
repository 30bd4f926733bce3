package dev.meltemi.proxy.upstream;

import dev.meltemi.routing.Cluster;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Connections to one endpoint from one event loop. The one used last is lent first, so that the rest can grow
/// idle and close. Bounded: beyond the proxy's limit, or its cluster's, a request waits in line, and that is bounded
/// too.
final class EndpointPool implements Pool {
    private final Way way;
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    /// Not connected: each stands for a request that waits. Bounded by the proxy's limit and by the cluster's of
    /// pending requests.
    private final ArrayDeque<UpstreamConnection> waiting = new ArrayDeque<>();

    private boolean closed;
    private boolean allThereIs;

    EndpointPool(Way way) {
        this.way = way;
    }

    @Override
    public Way way() {
        return way;
    }

    /// Whether the endpoint has refused HTTP/2.
    boolean isAllThereIs() {
        return allThereIs;
    }

    void isAllThereIs(boolean known) {
        allThereIs = known;
    }

    /// An idle connection, or a new one, or, where the cluster has as many as it may, the next that comes back.
    ///
    /// @param cluster null for our own application, which has no limits
    @Override
    public UpstreamConnection lend(
            @Nullable Cluster cluster, long connectTimeoutNanos, boolean fresh, UpstreamUser user) {
        @Nullable UpstreamConnection pooled = fresh ? null : idle.pollLast();
        if (pooled != null) {
            pooled.lendTo(user, cluster);
            return pooled;
        }
        UpstreamConnection connection = new UpstreamConnection(this, user, cluster, connectTimeoutNanos);
        if (!connection.takePending()) {
            connection.refuse("pending_requests");
        } else if (!way.isFull() && connection.takeConnection(way.isUnused())) {
            way.opened();
            connection.connect();
        } else if (!way.hasRoomToWait(waiting.size())) {
            connection.refuse("requests_waiting_for_endpoint");
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
                first != null && !way.isFull() && first.takeConnection(way.isUnused());
                first = waiting.peekFirst()) {
            waiting.pollFirst();
            way.opened();
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
        way.closed();
        idle.remove(connection);
        openForWaiting();
        if (way.isUnused()) {
            way.pools().forget(this);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (UpstreamConnection connection : idle.toArray(UpstreamConnection[]::new)) {
            connection.close();
        }
        if (way.isUnused()) {
            way.pools().forget(this);
        }
    }
}
