package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.routing.Breakers;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.PoolLimits;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/// One connection to an endpoint that many requests share: who may have a stream on it, and when it ends.
///
/// ```
/// coming ──preface, first SETTINGS──▶ open ──GOAWAY, too many requests, too old, not wanted──▶ leaving ──▶ closed
///    └────────────────────────────────┴──idle for too long, lost, unanswered PING──────────────────────────▲
/// ```
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class SharedConnection implements Connecting.Owner {
    private final Http2Pool pool;
    /// On whose behalf it was opened; null: our own application's.
    private final @Nullable Cluster cluster;
    private final Deadline idleDeadline;
    private @Nullable Connecting connecting;
    private @Nullable Http2Codec codec;
    private @Nullable ProvenPeer peer;
    private @Nullable KeepAlive keepAlive;
    private boolean counted;
    private boolean introduced;
    private boolean settled;
    private boolean leaving;
    private boolean closed;
    private long openedAt;
    private int active;
    private int served;

    SharedConnection(Http2Pool pool, @Nullable Cluster cluster) {
        this.pool = pool;
        this.cluster = cluster;
        this.idleDeadline = new Deadline(pool.way().pools().loop(), this::leave);
    }

    /// @param first whether the pool has no other
    /// @return whether it may be opened
    boolean takeConnection(boolean first) {
        Breakers.Taken taken =
                cluster == null ? Breakers.Taken.UNLIMITED : cluster.breakers().takeConnection(first);
        counted = taken == Breakers.Taken.COUNTED;
        return taken != Breakers.Taken.REFUSED;
    }

    void open(long timeoutNanos) {
        openedAt = now();
        connecting = new Connecting(pool.way(), this);
        connecting.start(cluster, timeoutNanos, true);
    }

    @Override
    public void onOpened(ChannelHandlerContext context, @Nullable ProvenPeer proven, @Nullable String protocol) {
        connecting = null;
        if (proven != null && !TlsContexts.HTTP_2.equals(protocol)) {
            // What was sent on it would have to wait for what HTTP/1.1 knows of connections: that has its own pool.
            pool.onHttp1();
            closed = true;
            context.close();
            endCount();
            pool.onClosed(this);
            return;
        }
        peer = proven;
        codec = Http2Codec.of(this, pool.way().pools().settings());
        context.pipeline().addAfter(context.name(), "meltemi.upstream", codec);
        keepAlive();
        pool.serve();
        rest();
    }

    private void keepAlive() {
        PoolLimits limits = limits();
        if (limits.http2KeepaliveNanos() > 0) {
            Http2Codec here = codec();
            keepAlive = new KeepAlive(
                    pool.way().pools().loop(),
                    limits.http2KeepaliveNanos(),
                    limits.http2KeepaliveTimeoutNanos(),
                    here::ping,
                    () -> here.lose(Failure.Kind.CLOSED, "http2_ping_timeout"));
        }
    }

    @Override
    public void onNotOpened(Failure failure) {
        connecting = null;
        if (!closed) {
            closed = true;
            endCount();
            pool.onNotOpened(this, failure);
        }
    }

    private void endCount() {
        if (counted && cluster != null) {
            counted = false;
            cluster.breakers().endConnection();
        }
    }

    private PoolLimits limits() {
        return cluster == null ? PoolLimits.NONE : cluster.breakers().limits();
    }

    private long now() {
        return Deadline.now(pool.way().pools().loop());
    }

    Http2Codec codec() {
        if (codec == null) {
            throw new IllegalStateException("not connected to " + pool.way().endpoint());
        }
        return codec;
    }

    Http2Pool pool() {
        return pool;
    }

    @Nullable
    ProvenPeer peer() {
        return peer;
    }

    /// True once.
    boolean introduces() {
        boolean first = peer != null && !introduced;
        introduced = true;
        return first;
    }

    // ---- streams

    /// Whether it isn't known yet how many streams it has room for.
    boolean isComing() {
        return !settled && !leaving;
    }

    boolean isIdle() {
        return active == 0 && served > 0;
    }

    /// Before its peer has said how many streams it takes there is room for one: no request is refused that could have
    /// waited for that word, and none waits that comes alone.
    ///
    /// @param forWhom whose limits count, null: nobody's
    boolean hasRoom(@Nullable Cluster forWhom) {
        if (codec == null || leaving) {
            return false;
        }
        PoolLimits limits =
                forWhom == null ? PoolLimits.NONE : forWhom.breakers().limits();
        if (limits.closesAt(now(), openedAt, served, 0) == 0) {
            leave();
            return false;
        }
        long most = settled ? Math.min(codec.streamsOfPeer(), limits.maxConcurrentStreams()) : 1;
        return active < most && codec.canOpen();
    }

    void take(LentStream stream) {
        stream.takenBy(this, served > 0);
        active++;
        served++;
        idleDeadline.clear();
    }

    /// A stream is over.
    void release() {
        active--;
        if (closed) {
            return;
        }
        pool.serve();
        if (active == 0) {
            rest();
        }
    }

    /// Nothing is under way.
    private void rest() {
        if (active > 0 || closed) {
            return;
        }
        long idle = pool.way().pools().settings().idleTimeout().toNanos();
        long closesAt = limits().closesAt(now(), openedAt, served, idle);
        if (leaving || closesAt == 0 || pool.isClosed()) {
            leave();
        } else if (closesAt != PoolLimits.NEVER) {
            idleDeadline.set(closesAt);
        }
    }

    // ---- the end

    void onSettings(long streams) {
        settled = true;
        pool.onSettings(streams);
    }

    void onPong() {
        if (keepAlive != null) {
            keepAlive.answered();
        }
    }

    void takeNoMore() {
        leaving = true;
    }

    /// Takes nothing new and closes when nothing is under way any more.
    void leave() {
        leaving = true;
        if (connecting != null) {
            connecting.giveUp();
        } else if (active == 0 && codec != null && !closed) {
            codec.close();
        }
    }

    /// The channel is closed, and every stream has been told.
    void onClosed() {
        idleDeadline.cancel();
        if (keepAlive != null) {
            keepAlive.end();
        }
        leaving = true;
        if (!closed) {
            closed = true;
            endCount();
            pool.onClosed(this);
        }
    }
}
