package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.PoolLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Connections that speak HTTP/2 to one endpoint from one event loop. One is enough until it has as many streams as it
/// may; then another is opened, as in Envoy. Requests fill the oldest first, so that the others can grow idle.
final class Http2Pool implements Pool {
    /// Streams that a connection is taken to have room for before its peer has said so: the least that RFC 9113, 6.5.2
    /// recommends.
    private static final int ASSUMED_STREAMS = 100;

    private final Way way;
    private final List<SharedConnection> open = new ArrayList<>(1);
    /// Requests without a stream. Bounded by the proxy's limit and by the cluster's of pending requests.
    private final ArrayDeque<LentStream> waiting = new ArrayDeque<>(0);

    private final Deadline age;
    /// What a peer has said last.
    private int streamsOfPeer = ASSUMED_STREAMS;

    private boolean closed;

    Http2Pool(Way way) {
        this.way = way;
        this.age = new Deadline(way.pools().loop(), this::late);
    }

    @Override
    public Way way() {
        return way;
    }

    @Override
    public LentStream lend(@Nullable Cluster cluster, long connectTimeoutNanos, boolean fresh, UpstreamUser user) {
        var stream = new LentStream(this, user, cluster, connectTimeoutNanos);
        SharedConnection free = waiting.isEmpty() ? withRoom(cluster, fresh) : null;
        if (free != null) {
            free.take(stream);
        } else if (!stream.takePending()) {
            stream.fail(Failure.Kind.OVERFLOW, "pending_requests");
        } else if (!way.hasRoomToWait(waiting.size())) {
            stream.fail(Failure.Kind.OVERFLOW, "requests_waiting_for_endpoint");
        } else {
            queue(stream);
            openForWaiting();
            if (way.isUnused() && waiting.remove(stream)) {
                stream.fail(Failure.Kind.OVERFLOW, "connections_to_endpoint");
            }
        }
        return stream;
    }

    private void queue(LentStream stream) {
        stream.waitsUntil(Deadline.now(way.pools().loop())
                + way.pools().settings().queueTimeout().toNanos());
        waiting.addLast(stream);
        age.set(Objects.requireNonNull(waiting.peekFirst()).waitsUntil());
    }

    /// All wait equally long, so that the first is the next that has waited too long.
    private void late() {
        long now = Deadline.now(way.pools().loop());
        for (LentStream first = waiting.peekFirst();
                first != null && first.waitsUntil() <= now;
                first = waiting.peekFirst()) {
            waiting.pollFirst();
            first.fail(Failure.Kind.OVERFLOW, "pending_requests_age");
        }
        LentStream next = waiting.peekFirst();
        if (next != null) {
            age.set(next.waitsUntil());
        }
    }

    /// Whether connections end when they have nothing more to do.
    boolean isClosed() {
        return closed;
    }

    private @Nullable SharedConnection withRoom(@Nullable Cluster cluster, boolean fresh) {
        for (SharedConnection connection : open) {
            if (connection.hasRoom(cluster) && !(fresh && connection.isIdle())) {
                return connection;
            }
        }
        return null;
    }

    /// Its request is gone.
    void leaveLine(LentStream stream) {
        waiting.remove(stream);
    }

    /// There is room somewhere, or there may be.
    void serve() {
        for (LentStream first = waiting.peekFirst(); first != null; first = waiting.peekFirst()) {
            SharedConnection free = withRoom(first.cluster(), false);
            if (free == null) {
                break;
            }
            waiting.pollFirst();
            first.goOn(free);
        }
        openForWaiting();
    }

    /// As many as are needed for those who wait, beyond what is being opened already.
    private void openForWaiting() {
        LentStream first = waiting.peekFirst();
        if (first == null) {
            return;
        }
        Cluster cluster = first.cluster();
        long coming = open.stream().filter(SharedConnection::isComing).count();
        long expected = coming * streams(cluster);
        while (expected < waiting.size() && !way.isFull()) {
            var connection = new SharedConnection(this, cluster);
            if (!connection.takeConnection(way.isUnused())) {
                return;
            }
            way.opened();
            open.add(connection);
            connection.open(first.timeoutNanos());
            expected += streams(cluster);
        }
    }

    /// That a connection to this endpoint has at a time.
    private int streams(@Nullable Cluster cluster) {
        if (cluster == null) {
            return streamsOfPeer;
        }
        PoolLimits limits = cluster.breakers().limits();
        int streams = Math.min(streamsOfPeer, limits.maxConcurrentStreams());
        return Math.max(
                1,
                limits.maxRequestsPerConnection() > 0 ? Math.min(streams, limits.maxRequestsPerConnection()) : streams);
    }

    /// The peer has said how many streams it takes.
    void onSettings(long streams) {
        streamsOfPeer = Math.clamp(streams, 1, Integer.MAX_VALUE);
        serve();
    }

    /// A connection hasn't come about: whoever waits hears of it, as in Envoy, because the next would end alike.
    void onNotOpened(SharedConnection connection, Failure failure) {
        open.remove(connection);
        way.closed();
        var all = List.copyOf(waiting);
        waiting.clear();
        forgetIfUnused();
        all.forEach(stream -> stream.fail(failure.kind(), failure.why()));
    }

    /// The peer speaks HTTP/1.1 only, and so do we from now on.
    void onHttp1() {
        var all = List.copyOf(waiting);
        waiting.clear();
        all.forEach(stream -> {
            way.pools().onlyHttp1(way.endpoint(), stream.cluster());
            stream.goOnHttp1();
        });
    }

    /// Called once for each connection that had come about.
    void onClosed(SharedConnection connection) {
        open.remove(connection);
        way.closed();
        openForWaiting();
        forgetIfUnused();
    }

    private void forgetIfUnused() {
        if (way.isUnused()) {
            age.cancel();
            way.pools().forget(this);
        }
    }

    @Override
    public void close() {
        closed = true;
        List.copyOf(open).forEach(SharedConnection::leave);
        forgetIfUnused();
    }
}
