package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.proxy.wire.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/// A caller's connection until it is known what it speaks; then gone, with the handlers of that protocol in its
/// place.
///
/// ```
/// accepted ──[TLS handshake, see FirstBytes]──▶ first octets, see HttpOpening ──▶ ClientConnection, or
/// Http2ClientConnection
/// ```
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class Opening extends ChannelInboundHandlerAdapter implements CallerConnection {
    private final Accepted accepted;
    private final Deadline deadline;
    private @Nullable TlsContexts handshake;

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    Opening(Accepted accepted) {
        this.accepted = accepted;
        this.deadline = new Deadline(accepted.loop.executor, this::closeNow);
    }

    Accepted accepted() {
        return accepted;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        deadline.cancel();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        accepted.caller = Caller.on((SocketChannel) context.channel());
        accepted.loop.connections.put(context.channel(), this);
        accepted.server.opened(accepted);
        context.channel().config().setAutoRead(true);
        long now = accepted.loop.now();
        deadline.set(
                now + accepted.server.settings().timeouts().downstreamIdle().toNanos());
        if (accepted.server.isDraining()) {
            drain(now);
        }
    }

    /// The first octets behind TLS, if there is TLS.
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        HttpOpening.begin(context, accepted, (ByteBuf) message);
        context.pipeline().remove(this);
    }

    /// TLS has agreed on HTTP/2: its server speaks first.
    void http2() {
        HttpOpening.http2(ctx, accepted);
        ctx.pipeline().remove(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.close();
        } else if (event instanceof SslHandshakeCompletionEvent completion && handshake != null) {
            TlsContexts contexts = handshake;
            handshake = null;
            shaken(context, contexts, completion);
        }
    }

    /// No octet of a request can have been read yet.
    private void shaken(ChannelHandlerContext context, TlsContexts contexts, SslHandshakeCompletionEvent completion) {
        try {
            if (completion.isSuccess()) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                accepted.caller.proves(contexts.peer(tls.engine().getSession()), contexts);
                accepted.secured = true;
            } else {
                // TLS's own handler sends its alert after this, and closes.
                accepted.tell(Refusal.of(completion.cause()), TlsFailure.words(completion.cause()));
            }
        } catch (PeerRefusedException refused) {
            refuse(Refusal.PEER, TlsFailure.words(refused));
        }
    }

    /// The caller's next octets are TLS, with these contexts.
    void handshakesWith(TlsContexts contexts) {
        handshake = contexts;
    }

    boolean isHandshaking() {
        return handshake != null;
    }

    void refuse(Refusal refusal, String why) {
        accepted.tell(refusal, why);
        Closing.now(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset or a failed write; the channel is closed by now or will be.
        context.close();
    }

    @Override
    public void drain(long quietUntil) {
        deadline.set(quietUntil);
    }

    @Override
    public void closeNow() {
        ctx.close();
    }
}
