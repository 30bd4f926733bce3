package dev.meltemi.proxy;

import dev.meltemi.proxy.overload.Action;
import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.routing.ConnectionDecision;
import dev.meltemi.routing.ConnectionDecision.Termination;
import dev.meltemi.routing.ConnectionHead;
import dev.meltemi.routing.Expected;
import dev.meltemi.routing.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// A caller's connection until it is known what it speaks; then gone, with the handlers of that protocol in its
/// place.
///
/// ```
/// accepted ──[TLS handshake, see FirstBytes, EndingTls]──▶ first octets, see HttpOpening ──▶ ClientConnection, or
/// Http2ClientConnection
/// ```
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class Opening extends ChannelInboundHandlerAdapter implements CallerConnection {
    /// Longer than a lost packet takes to come again.
    private static final long HELLO_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Accepted accepted;
    private final Deadline deadline;
    private @Nullable Handshake handshake;
    private @Nullable ConnectionDecision decided;
    private long openedAt;
    private Expected expected = Expected.REQUESTS;
    private boolean awaitsHello;
    private long closeBy = Exchange.NEVER;

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    /// What a complete handshake tells of its caller.
    interface Handshake {
        /// @throws PeerRefusedException with the reason why it isn't believed
        void completed(SSLSession session) throws PeerRefusedException;
    }

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
        openedAt = now;
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
        ConnectionDecision decision = decided == null ? decide(serverName, tls) : decided;
        switch (decision) {
            case ConnectionDecision.Requests _ -> speaksHttp();
            case ConnectionDecision.Forward _, ConnectionDecision.Passthrough _, ConnectionDecision.Close _ ->
                new TcpRelay(accepted, Carried.out(accepted, table, decision, serverName)).begin(ctx);
        }
    }

    private ConnectionDecision decide(@Nullable String serverName, boolean tls) {
        var head = new ConnectionHead(serverName, accepted.destination(), accepted.port(), tls);
        return accepted.server.ports().table().get().connect(head, accepted.loop.random);
    }

    /// The server at which TLS ends for a caller that asks for that name; null: it ends elsewhere, or nowhere.
    @Nullable
    Termination endsTls(@Nullable String serverName) {
        ConnectionDecision decision = decide(serverName, true);
        decided = decision;
        return switch (decision) {
            case ConnectionDecision.Requests(var server) -> server;
            case ConnectionDecision.Forward(var _, var _, var server) -> server;
            case ConnectionDecision.Passthrough _, ConnectionDecision.Close _ -> null;
        };
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
            Handshake ended = handshake;
            handshake = null;
            shaken(context, ended, completion);
        } else if (event instanceof SniCompletionEvent hello && !hello.isSuccess()) {
            late(hello.cause());
        }
    }

    /// No octet of a request can have been read yet.
    private void shaken(ChannelHandlerContext context, Handshake handshake, SslHandshakeCompletionEvent completion) {
        try {
            if (completion.isSuccess()) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                handshake.completed(tls.engine().getSession());
                accepted.secured = true;
                if (ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol()) && !carriesWhole()) {
                    http2();
                } else if (expected == Expected.WHOLE || decided != null) {
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

    private boolean carriesWhole() {
        return expected == Expected.WHOLE || decided instanceof ConnectionDecision.Forward;
    }

    /// What is too long is told by who reads it; TLS's own handler closes after this.
    private void late(Throwable cause) {
        if (TlsFailure.isTimeout(cause)) {
            accepted.tell(Refusal.TIMEOUT, TlsFailure.words(cause));
        }
    }

    /// The caller's next octets are TLS.
    void handshakes(Handshake then) {
        handshake = then;
    }

    /// With the mesh's own TLS.
    void handshakesWith(TlsContexts contexts) {
        handshakes(session -> accepted.caller.proves(contexts.peer(session), contexts));
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
        closeBy = Math.min(closeBy, quietUntil);
        deadline.set(closeBy);
    }

    @Override
    public void closeIfQuiet(long since) {
        if (openedAt < since) {
            accepted.server.overload().did(Action.REDUCE_TIMEOUTS);
            closeNow();
        }
    }

    @Override
    public void closeNow() {
        ctx.close();
    }
}
