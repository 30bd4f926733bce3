package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.routing.Cluster;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/// A connection to an endpoint until octets of a request may go there; then gone, with the handlers of a protocol
/// in its place.
///
/// ```
/// TCP ──▶ [TLS handshake ──▶ who is it?] ──▶ opened
///  └───────────┴────────────────┴──────────▶ failed
/// ```
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class Connecting extends ChannelInboundHandlerAdapter {
    /// Who waits for it; hears one of the two, once.
    interface Owner {
        /// @param context behind which the protocol's handlers belong; its handler is gone right after
        /// @param peer whom the handshake has proven; null in plaintext
        /// @param protocol that TLS has agreed upon; null: none
        void onOpened(ChannelHandlerContext context, @Nullable ProvenPeer peer, @Nullable String protocol);

        void onNotOpened(Failure failure);
    }

    private final Way way;
    private final Owner owner;
    private @Nullable ChannelHandlerContext ctx;
    private String tlsFailure = "";
    private boolean given;
    private boolean over;

    Connecting(Way way, Owner owner) {
        this.way = way;
        this.owner = owner;
    }

    /// @param cluster on whose behalf; null for our own application
    /// @param http2 whether TLS offers it
    void start(@Nullable Cluster cluster, long timeoutNanos, boolean http2) {
        Security security = way.security();
        if (security == null) {
            begin(cluster, timeoutNanos, http2);
        } else {
            security.whenKnown(way.pools().loop(), () -> begin(cluster, timeoutNanos, http2));
        }
    }

    private void begin(@Nullable Cluster cluster, long timeoutNanos, boolean http2) {
        String trouble = way.security() == null ? "" : way.security().trouble();
        if (given || !trouble.isEmpty()) {
            fail(Failure.Kind.CONNECT, trouble);
            return;
        }
        way.pools()
                .connector()
                .to(way.endpoint(), cluster, timeoutNanos)
                .doOnChannelInit((observer, channel, address) -> initialize(channel, timeoutNanos, http2))
                .connect()
                .subscribe(connection -> {}, this::connectFailed);
    }

    private void initialize(Channel channel, long timeoutNanos, boolean http2) {
        Security security = way.security();
        if (security != null) {
            // Envoy counts the handshake to the connect time-out; here each of the two may take that long.
            channel.pipeline()
                    .addBefore(
                            NettyPipeline.ReactiveBridge,
                            "meltemi.tls",
                            security.handler(channel.alloc(), timeoutNanos, http2));
        }
        channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, "meltemi.connecting", this);
    }

    /// Nobody wants it any more: closed now, or as soon as there is something to close.
    void giveUp() {
        given = true;
        if (ctx != null) {
            ctx.close();
        }
    }

    private void connectFailed(Throwable why) {
        if (ctx == null) {
            fail(LackOfSockets.kind(why), LackOfSockets.words(why));
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ctx = context;
        // Reactor Netty's own handler behind us turns this into its connect signal.
        context.fireChannelActive();
        context.channel().config().setAutoRead(true);
        if (context.channel().remoteAddress() instanceof InetSocketAddress remote
                && way.pools().settings().ownListener().test(remote)) {
            // Asked of the connected address, because a name tells nothing before.
            fail(Failure.Kind.LOOP, remote.getAddress().getHostAddress() + ":" + remote.getPort());
            context.close();
        } else if (given) {
            context.close();
        } else if (way.security() == null) {
            open(context, null, null);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !over) {
            if (handshake.isSuccess()) {
                handshaken(context);
            } else {
                handshakeFailed(context, handshake.cause());
            }
        }
        context.fireUserEventTriggered(event);
    }

    /// Before this no octet of a request is sent.
    private void handshaken(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        try {
            ProvenPeer peer =
                    Objects.requireNonNull(way.security()).peer(tls.engine().getSession());
            if (given) {
                context.close();
            } else {
                open(context, peer, tls.applicationProtocol());
            }
        } catch (PeerRefusedException refused) {
            handshakeFailed(context, refused);
        }
    }

    private void handshakeFailed(ChannelHandlerContext context, Throwable why) {
        fail(TlsFailure.isTimeout(why) ? Failure.Kind.CONNECT_TIMEOUT : Failure.Kind.CONNECT, TlsFailure.words(why));
        context.close();
    }

    private void open(ChannelHandlerContext context, @Nullable ProvenPeer peer, @Nullable String protocol) {
        over = true;
        owner.onOpened(context, peer, protocol);
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(Failure.Kind.CONNECT, tlsFailure.isEmpty() ? "remote_close" : tlsFailure);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset or a failed write: channelInactive follows.
        if (TlsFailure.isTls(cause)) {
            tlsFailure = TlsFailure.words(cause);
        }
        context.close();
    }

    private void fail(Failure.Kind kind, String why) {
        if (!over) {
            over = true;
            owner.onNotOpened(new Failure(kind, why));
        }
    }
}
