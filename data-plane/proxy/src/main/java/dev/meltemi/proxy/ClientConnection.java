package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.proxy.wire.BodyWriter;
import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.StrictRequestDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A caller's connection: one request after the other, in order, and every way in which a caller can leave.
///
/// ```
/// idle ──head──▶ exchange ──answer and request complete──▶ idle
///                   │ answer complete, connection to be closed
///                   ▼
///               lingering ──caller closes, or time──▶ closed
/// ```
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class ClientConnection extends ChannelInboundHandlerAdapter {
    /// A pipelined message that waits for its turn.
    private record Waiting(HttpObject message, long consumed) {}

    private final Loop loop;
    private final Listening listening;
    private final ProxyServer server;
    private final StrictRequestDecoder decoder;
    private final Patience patience;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0);
    private final RequestIntake intake;

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    private @Nullable Exchange current;
    private Caller caller = Caller.UNKNOWN;
    private @Nullable TlsContexts handshake;
    private boolean inRead;
    private boolean dirty;
    private boolean pumping;
    private boolean bodyPaused;
    private boolean lingering;
    private boolean inputEnded;
    private boolean closed;
    private long consumedBefore;

    ClientConnection(ProxyServer server, Listening listening, Loop loop, StrictRequestDecoder decoder) {
        this.server = server;
        this.listening = listening;
        this.loop = loop;
        this.decoder = decoder;
        this.patience = new Patience(server.settings().timeouts(), loop.executor, this::onDeadline);
        this.intake = new RequestIntake(this, server.ports());
    }

    Loop loop() {
        return loop;
    }

    Listening listening() {
        return listening;
    }

    ProxyServer server() {
        return server;
    }

    ByteBufAllocator allocator() {
        return ctx.alloc();
    }

    Caller caller() {
        return caller;
    }

    // ---- from the caller

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Channel channel = context.channel();
        caller = Caller.on((SocketChannel) channel);
        loop.connections.add(this);
        server.opened();
        patience.active();
        channel.config().setAutoRead(true);
        if (server.isDraining()) {
            drain(patience.activeAt());
        }
        rearm();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        inRead = true;
        if (closed || lingering || !(message instanceof HttpObject object)) {
            ReferenceCountUtil.release(message);
        } else if (!waiting.isEmpty() || (current != null && current.requestEnded)) {
            waiting.add(new Waiting(object, decoder.consumed()));
            updateReading();
        } else {
            handle(object, decoder.consumed());
        }
    }

    private void handle(HttpObject message, long consumed) {
        if (message instanceof HttpRequest request) {
            patience.headEnded();
            current = intake.open(request);
            current.requestBytes = consumed - consumedBefore;
            rearm();
            intake.start(current, request);
        } else if (message instanceof HttpContent content) {
            Exchange exchange = current;
            if (exchange == null) {
                content.release();
            } else {
                onContent(exchange, content, consumed);
            }
        }
    }

    private void onContent(Exchange exchange, HttpContent content, long consumed) {
        exchange.requestBytes = consumed - consumedBefore;
        if (content.decoderResult().isFailure()) {
            content.release();
            intake.brokenBody(
                    exchange, String.valueOf(content.decoderResult().cause().getMessage()));
            return;
        }
        exchange.body.offer(content.content());
        if (content instanceof LastHttpContent last) {
            consumedBefore = consumed;
            exchange.requestEnded = true;
            exchange.body.end(last.trailingHeaders());
        }
        if (exchange.attempts != null) {
            exchange.attempts.pump();
        } else {
            setBodyPaused(exchange.body.hasUnsent());
        }
        if (exchange.requestEnded) {
            Mirroring.onRequestEnd(exchange);
            if (exchange.responseEnded && !exchange.over) {
                complete(exchange);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        inRead = false;
        patience.active();
        Exchange exchange = current;
        if (exchange != null && exchange.attempts != null) {
            exchange.attempts.flush();
        }
        if (dirty) {
            flush();
        }
        if (exchange == null && !patience.inHead() && decoder.inHead()) {
            patience.headBegan();
            rearm();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        patience.active();
        if (current != null && current.attempts != null) {
            current.attempts.onClientWritable(context.channel().isWritable());
        }
        if (context.channel().isWritable() && !waiting.isEmpty()) {
            pumpWaiting();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            Exchange exchange = current;
            if (exchange == null || lingering) {
                context.close();
            } else if (!exchange.requestEnded) {
                intake.brokenBody(exchange, "caller_closed_in_body");
            } else {
                patience.halfClosed();
                rearm();
            }
        } else if (event instanceof SslHandshakeCompletionEvent completion && handshake != null) {
            TlsContexts contexts = handshake;
            handshake = null;
            shaken(context, contexts, completion);
        }
    }

    /// No request can have been read yet.
    private void shaken(ChannelHandlerContext context, TlsContexts contexts, SslHandshakeCompletionEvent completion) {
        try {
            if (completion.isSuccess()) {
                SslHandler tls = context.pipeline().get(SslHandler.class);
                caller.proves(contexts.peer(tls.engine().getSession()), contexts);
            } else {
                // TLS's own handler sends its alert after this, and closes.
                tell(Refusal.of(completion.cause()), TlsFailure.words(completion.cause()));
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

    /// Nothing of this connection reaches the application.
    void refuse(Refusal refusal, String why) {
        tell(refusal, why);
        Closing.now(ctx);
    }

    private void tell(Refusal refusal, String why) {
        server.refused().count(refusal, caller, why, loop.now());
        if (refusal != Refusal.LEFT) {
            intake.logRefused(refusal, why);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        closed = true;
        patience.cancel();
        loop.connections.remove(this);
        if (current != null) {
            Exchange exchange = current;
            current = null;
            intake.callerLeft(exchange);
        }
        waiting.forEach(message -> ReferenceCountUtil.release(message.message()));
        waiting.clear();
        server.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset or a failed write; channelInactive follows.
        context.close();
    }

    // ---- to the caller

    boolean isWritable() {
        return ctx.channel().isWritable();
    }

    /// @param head whole, now owned by the connection
    void write(Exchange exchange, ByteBuf head) {
        exchange.responseBytes += head.readableBytes();
        ctx.write(head, ctx.voidPromise());
        dirty = true;
    }

    void writeBody(Exchange exchange, Framing framing, ByteBuf octets) {
        exchange.responseBytes += BodyWriter.write(ctx, framing, octets);
        dirty = true;
    }

    /// The answer is complete.
    void endResponse(Exchange exchange, Framing framing, HttpHeaders trailers) {
        exchange.responseBytes += BodyWriter.end(ctx, framing, trailers);
        dirty = true;
        exchange.responseEnded = true;
        exchange.body.discard();
        if (exchange.requestEnded || exchange.wantsClose) {
            complete(exchange);
        } else {
            setBodyPaused(false);
        }
    }

    /// The answer broke off: the caller must not take it for a complete one.
    void reset() {
        if (current != null) {
            current.cut = true;
        }
        if (ctx.channel().isActive()) {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        Closing.now(ctx);
    }

    /// Flushes now, or when all that could be read has been worked on.
    void flushSoon() {
        patience.active();
        if (!inRead && dirty) {
            flush();
        }
    }

    private void flush() {
        dirty = false;
        ctx.flush();
    }

    /// Goes on with a request that was suspended.
    void resume(Exchange exchange, Runnable rest) {
        intake.guarded(exchange, rest);
        flushSoon();
    }

    boolean isInRead() {
        return inRead;
    }

    boolean isDraining() {
        return server.isDraining() || inputEnded;
    }

    // ---- between two requests

    private void complete(Exchange exchange) {
        exchange.over = true;
        intake.log(exchange);
        current = null;
        bodyPaused = false;
        if (exchange.wantsClose || inputEnded) {
            closeGracefully(exchange.requestEnded && decoder.atBoundary() && waiting.isEmpty());
            return;
        }
        rearm();
        if (!waiting.isEmpty()) {
            pumpWaiting();
        } else {
            updateReading();
        }
    }

    private void pumpWaiting() {
        if (pumping) {
            return;
        }
        pumping = true;
        while (!closed && !lingering && isWritable() && (current == null || !current.requestEnded)) {
            Waiting next = waiting.poll();
            if (next == null) {
                break;
            }
            handle(next.message(), next.consumed());
        }
        pumping = false;
        if (!closed) {
            updateReading();
            if (current != null && current.attempts != null && !inRead) {
                current.attempts.flush();
            }
            flushSoon();
        }
    }

    /// @param nothingUnread whether the caller has sent nothing that we left unread: closing such a socket would
    /// reset it
    private void closeGracefully(boolean nothingUnread) {
        waiting.forEach(message -> ReferenceCountUtil.release(message.message()));
        waiting.clear();
        dirty = false;
        lingering = true;
        if (inputEnded || nothingUnread) {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> Closing.output(ctx));
        updateReading();
        patience.linger();
        rearm();
    }

    /// Whether the body can't go on right now, so that the caller's socket isn't read.
    void setBodyPaused(boolean paused) {
        bodyPaused = paused;
        updateReading();
    }

    private void updateReading() {
        boolean reading = lingering || (waiting.isEmpty() && !bodyPaused);
        if (ctx.channel().config().isAutoRead() != reading) {
            ctx.channel().config().setAutoRead(reading);
        }
    }

    // ---- time

    /// Something about the time-outs has changed.
    void rearm() {
        patience.until(nextDeadline());
    }

    private long nextDeadline() {
        return patience.end(current, lingering, inputEnded);
    }

    private void onDeadline() {
        long now = loop.now();
        if (now >= nextDeadline()) {
            expire(now);
        }
        if (!closed) {
            rearm();
        }
    }

    private void expire(long now) {
        Exchange exchange = current;
        if (lingering) {
            ctx.close();
        } else if (exchange == null) {
            if (patience.inHead()) {
                current = intake.lateHead();
                consumedBefore = decoder.consumed();
                intake.refuseLateHead(current);
            } else {
                ctx.close();
            }
        } else if (exchange.attempts != null && now >= Math.min(exchange.routeDeadline, exchange.tryDeadline)) {
            exchange.attempts.onTimeout(now >= exchange.routeDeadline);
        } else if (inputEnded) {
            ctx.close();
        } else {
            intake.stalled(exchange);
        }
    }

    /// The proxy stops: an idle connection is closed once it has been quiet until then; a busy one after its
    /// answer.
    ///
    /// @param quietUntil on the loop's clock
    void drain(long quietUntil) {
        patience.closeBy(quietUntil);
        rearm();
    }

    void closeNow() {
        ctx.close();
    }
}
