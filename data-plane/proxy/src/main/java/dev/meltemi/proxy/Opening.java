package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.routing.ConnectionDecision;
import dev.meltemi.routing.ConnectionHead;
import dev.meltemi.routing.Expected;
import dev.meltemi.routing.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
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
    /// Longer than a lost packet takes to come again.
    private static final long HELLO_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Accepted accepted;
    private final Deadline deadline;
    private @Nullable TlsContexts handshake;
    private Expected expected = Expected.REQUESTS;
    private boolean awaitsHello;

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    Opening(Accepted accepted) {
        this.accepted = accepted;
        this.deadline = new Deadline(accepted.loop.executor, this::expired);
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
        if (accepted.listening.intercepts()) {
            accepted.asked =
                    OriginalDestination.of((SocketChannel) context.channel()).orElse(null);
        }
        context.channel().config().setAutoRead(true);
        long now = accepted.loop.now();
        deadline.set(
                now + accepted.server.settings().timeouts().downstreamIdle().toNanos());
        if (accepted.server.isDraining()) {
            drain(now + ProxyServer.QUIET.toNanos());
        }
        expect(context);
    }

    private void expect(ChannelHandlerContext context) {
        RouteTable table = accepted.server.ports().table().get();
        boolean inbound = accepted.listening.kind() == Listening.Kind.INBOUND;
        expected = inbound
                ? table.inboundExpects(accepted.port(), accepted.asked == null ? Expected.REQUESTS : Expected.SNIFFED)
                : table.expects(accepted.destination(), accepted.port());
        switch (expected) {
            case REQUESTS -> {}
            case WHOLE -> {
                if (inbound) {
                    awaitHello(table);
                } else {
                    carryWhole(null, false);
                }
            }
            case SERVER_NAME, SNIFFED ->
                context.pipeline()
                        .addBefore(
                                context.name(),
                                "meltemi.sniffing",
                                new Sniffing(this, table.protocolDetectionTimeoutNanos()));
        }
    }

    /// A member of the mesh begins its hello as soon as it is connected. A server that speaks first isn't kept waiting
    /// longer than that for a caller that says nothing.
    private void awaitHello(RouteTable table) {
        switch (table.mutualTls(accepted.port())) {
            case DISABLE -> carryPlain();
            case PERMISSIVE -> {
                awaitsHello = true;
                deadline.set(accepted.loop.now() + HELLO_NANOS);
            }
            case STRICT -> {}
        }
    }

    private void expired() {
        if (!awaitsHello) {
            closeNow();
        } else if (isHandshaking()) {
            awaitsHello = false;
            deadline.set(accepted.loop.now()
                    + accepted.server.settings().timeouts().downstreamIdle().toNanos());
        } else {
            carryPlain();
        }
    }

    private void carryPlain() {
        String why = PortMode.refuses(accepted.server.ports().table().get(), accepted.port(), false);
        if (why != null) {
            refuse(Refusal.PLAINTEXT, why);
            return;
        }
        ctx.pipeline().remove(FirstBytes.class);
        carryWhole(null, false);
    }

    /// The octets that follow are a request's.
    void speaksHttp() {
        expected = Expected.REQUESTS;
    }

    /// Decides about what doesn't speak HTTP, or not yet: from here on the octets are somebody else's.
    ///
    /// @param serverName of a TLS hello
    void carryWhole(@Nullable String serverName, boolean tls) {
        RouteTable table = accepted.server.ports().table().get();
        if (accepted.listening.kind() == Listening.Kind.INBOUND) {
            new TcpRelay(accepted, Carried.in(accepted, table, accepted.application(""))).begin(ctx);
            return;
        }
        var head = new ConnectionHead(serverName, accepted.destination(), accepted.port(), tls);
        ConnectionDecision decision = table.connect(head, accepted.loop.random);
        switch (decision) {
            case ConnectionDecision.Requests(var terminated) when terminated == null -> speaksHttp();
            case ConnectionDecision.Requests _ -> refuse(Refusal.HANDSHAKE, "TLS doesn't end at this gateway");
            case ConnectionDecision.Forward(var _, var _, var terminated)
            when terminated != null -> refuse(Refusal.HANDSHAKE, "TLS doesn't end at this gateway");
            case ConnectionDecision.Forward _, ConnectionDecision.Passthrough _, ConnectionDecision.Close _ ->
                new TcpRelay(accepted, Carried.out(accepted, table, decision, serverName)).begin(ctx);
        }
    }

    boolean isGone() {
        return ctx.isRemoved();
    }

    ChannelHandlerContext context() {
        return ctx;
    }

    /// The first octets behind TLS, if there is TLS.
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (expected == Expected.WHOLE) {
            carryWhole(null, false);
            // to whoever stands in our place now
            context.fireChannelRead(message);
            return;
        }
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
                if (expected == Expected.WHOLE) {
                    carryWhole(null, false);
                }
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
