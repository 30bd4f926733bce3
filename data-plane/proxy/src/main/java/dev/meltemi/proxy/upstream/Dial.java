package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.routing.Cluster;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/// One connection to an endpoint, for one caller's connection that is carried whole: no pool, and no queue.
@SuppressWarnings("FutureReturnValueIgnored") // closing a closed channel is fine
public final class Dial implements Connecting.Owner {
    private final Way way;
    private final User user;
    private final Connecting connecting;
    private boolean over;

    /// Who wants the connection. One of the two is called, on the event loop; none after {@link #cancel}.
    public interface User {
        /// @param context to be replaced by the user's handler; nothing has been read behind it
        /// @param peer whom mesh mTLS has proven; null: nobody
        void onConnected(ChannelHandlerContext context, @Nullable ProvenPeer peer);

        void onFailure(Failure failure);
    }

    /// @param way of its own, whose end is that of the dialling
    Dial(Way way, User user) {
        this.way = way;
        this.user = user;
        this.connecting = new Connecting(way, this);
    }

    /// @param cluster on whose behalf; null for our own application
    void start(@Nullable Cluster cluster, long timeoutNanos) {
        connecting.start(cluster, timeoutNanos, false);
    }

    /// Nobody wants it any more.
    public void cancel() {
        over = true;
        connecting.giveUp();
    }

    @Override
    public void onOpened(ChannelHandlerContext context, @Nullable ProvenPeer peer, @Nullable String protocol) {
        way.end();
        if (over) {
            context.close();
        } else {
            over = true;
            user.onConnected(context, peer);
        }
    }

    @Override
    public void onNotOpened(Failure failure) {
        way.end();
        if (!over) {
            over = true;
            user.onFailure(failure);
        }
    }
}
