package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.proxy.wire.Closing;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.netty.tcp.TcpClient;

/// One try to connect to an endpoint, for one caller's connection that is carried whole; a handler of the new channel
/// until the user puts its own in its place. Nothing is read before that.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
public final class Dial extends ChannelInboundHandlerAdapter {
    private final @Nullable Security security;
    private final UpstreamSettings settings;
    private final User user;
    private final long timeoutNanos;
    private boolean holding;
    private boolean over;
    private @Nullable ChannelHandlerContext ctx;

    /// Who wants the connection. One of the two is called, on the event loop; none after {@link #cancel}.
    public interface User {
        /// @param context of the {@link Dial}, to be replaced by the user's handler
        /// @param peer whom mesh mTLS has proven; null: plaintext
        void onConnected(ChannelHandlerContext context, @Nullable ProvenPeer peer);

        void onFailure(Failure failure);
    }

    /// @param security null: plaintext; its contexts are held for us
    Dial(@Nullable Security security, UpstreamSettings settings, long timeoutNanos, User user) {
        this.security = security;
        this.settings = settings;
        this.timeoutNanos = timeoutNanos;
        this.user = user;
        this.holding = security != null;
    }

    /// @param loop on which everything of it happens
    void connect(TcpClient connector, Executor loop) {
        if (security == null) {
            begin(connector);
        } else {
            security.whenKnown(loop, () -> begin(connector));
        }
    }

    private void begin(TcpClient connector) {
        String trouble = security == null ? "" : security.trouble();
        if (over || !trouble.isEmpty()) {
            letGo();
            fail(Failure.Kind.CONNECT, trouble);
            return;
        }
        connector
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .doOnChannelInit((observer, channel, address) -> initialize(channel))
                .connect()
                .subscribe(connection -> {}, this::connectFailed);
    }

    private void initialize(Channel channel) {
        if (security != null) {
            channel.pipeline()
                    .addBefore(
                            NettyPipeline.ReactiveBridge,
                            "meltemi.tls",
                            security.handler(channel.alloc(), timeoutNanos, false));
            if (security instanceof MutualTls) {
                letGo();
            }
        }
        channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, "meltemi.dial", this);
    }

    /// The connection's engine holds what it needs.
    private void letGo() {
        if (holding && security != null) {
            holding = false;
            security.release();
        }
    }

    private void connectFailed(Throwable why) {
        letGo();
        fail(LackOfSockets.kind(why), LackOfSockets.words(why));
    }

    /// A rule demands mTLS and we have no identity.
    void unidentified() {
        fail(Failure.Kind.CONNECT, "TLS_error:|this proxy has no identity yet:TLS_error_end");
    }

    private void fail(Failure.Kind kind, String why) {
        if (!over) {
            over = true;
            if (ctx != null) {
                Closing.now(ctx);
            }
            user.onFailure(new Failure(kind, why));
        }
    }

    /// Nobody wants it any more.
    public void cancel() {
        over = true;
        if (ctx != null) {
            Closing.now(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ctx = context;
        // Reactor Netty's own handler behind us turns this into its connect signal.
        context.fireChannelActive();
        if (over) {
            Closing.now(context);
        } else if (context.channel().remoteAddress() instanceof InetSocketAddress remote
                && settings.ownListener().test(remote)) {
            fail(Failure.Kind.LOOP, remote.getAddress().getHostAddress() + ":" + remote.getPort());
        } else if (security == null) {
            done(context, null);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && security != null && !over) {
            try {
                if (handshake.isSuccess()) {
                    SslHandler tls = context.pipeline().get(SslHandler.class);
                    done(context, security.peer(tls.engine().getSession()));
                } else {
                    handshakeFailed(handshake.cause());
                }
            } catch (PeerRefusedException refused) {
                handshakeFailed(refused);
            }
        }
    }

    private void handshakeFailed(Throwable why) {
        fail(TlsFailure.isTimeout(why) ? Failure.Kind.CONNECT_TIMEOUT : Failure.Kind.CONNECT, TlsFailure.words(why));
    }

    private void done(ChannelHandlerContext context, @Nullable ProvenPeer peer) {
        over = true;
        user.onConnected(context, peer);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(Failure.Kind.CONNECT, "closed before it was of any use");
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
