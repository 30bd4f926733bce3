package dev.meltemi.proxy;

import dev.meltemi.proxy.overload.Action;
import dev.meltemi.proxy.wire.BodyWriter;
import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.HeadWriter;
import dev.meltemi.proxy.wire.StrictRequestDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
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
final class ClientConnection extends ChannelInboundHandlerAdapter implements Downstream, CallerConnection {
    /// A pipelined message that waits for its turn.
    private record Waiting(HttpObject message, long consumed) {}

    private final Accepted accepted;
    private final Loop loop;
    private final ProxyServer server;
    private final StrictRequestDecoder decoder;
    private final Patience patience;
    private final UnsentHead unsentHead = new UnsentHead();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(0);
    private final RequestIntake intake;

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    private @Nullable Exchange current;
    /// Of an answer, until it is known whether its body fits in behind it.

    private boolean inRead;
    private boolean dirty;
    private boolean pumping;
    private boolean bodyPaused;
    private boolean lingering;
    private boolean inputEnded;
    private boolean closed;
    private long consumedBefore;

    ClientConnection(Accepted accepted, StrictRequestDecoder decoder) {
        this.accepted = accepted;
        this.loop = accepted.loop;
        this.server = accepted.server;
        this.decoder = decoder;
        this.patience = new Patience(server.settings().timeouts(), loop.executor, this::onDeadline);
        this.intake = new RequestIntake(this, server.ports());
    }

    @Override
    public Accepted accepted() {
        return accepted;
    }

    // ---- from the caller

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        loop.connections.put(context.channel(), this);
        patience.active();
        if (server.isDraining()) {
            drain(patience.activeAt() + ProxyServer.QUIET.toNanos());
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
            current = intake.open(
                    Protocol.of(request.protocolVersion()), request.method(), request.uri(), request.headers());
            current.requestBytes = consumed - consumedBefore;
            rearm();
            intake.start(current, request.decoderResult());
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
            intake.brokenBody(exchange, content.decoderResult());
            return;
        }
        exchange.body.offer(content.content());
        if (content instanceof LastHttpContent last) {
            consumedBefore = consumed;
            exchange.requestEnded = true;
            exchange.body.end(last.trailingHeaders());
            if (exchange.upgrade != null && !exchange.over) {
                decoder.hold();
            }
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
        if (decoder.isHolding()) {
            updateReading();
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
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (closed) {
            return;
        }
        closed = true;
        patience.cancel();
        unsentHead.release();
        if (current != null) {
            Exchange exchange = current;
            current = null;
            intake.callerLeft(exchange);
        }
        waiting.forEach(message -> ReferenceCountUtil.release(message.message()));
        waiting.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset or a failed write; channelInactive follows.
        context.close();
    }

    // ---- to the caller

    @Override
    public boolean isWritable() {
        return ctx.channel().isWritable();
    }

    /// HTTP/1.0 knows no interim answers, and nobody waits for a 100 whose body has come.
    @Override
    public void interim(Exchange exchange, HttpResponseStatus status, HttpHeaders headers) {
        boolean wanted = status.code() != 100 || (exchange.expectsContinue && !exchange.requestEnded);
        if (exchange.protocol == Protocol.HTTP_1_1 && wanted) {
            write(exchange, HeadWriter.response(ctx.alloc(), status, headers, Framing.NONE, null));
        }
    }

    @Override
    public Framing answer(Exchange exchange, HttpResponseStatus status, HttpHeaders headers, Framing framing) {
        Framing onward = framing;
        if (framing.kind() == Framing.Kind.UNTIL_CLOSE || framing.kind() == Framing.Kind.CHUNKED) {
            // HTTP/1.0 knows no chunks.
            onward = exchange.protocol == Protocol.HTTP_1_1 ? Framing.CHUNKED : Framing.UNTIL_CLOSE;
        }
        AsciiString connection = connection(exchange, onward);
        if (framing.isTunnel() && exchange.upgrade != null) {
            headers.set(HttpHeaderNames.UPGRADE, exchange.upgrade);
            connection = HttpHeaderValues.UPGRADE;
        }
        write(exchange, HeadWriter.response(ctx.alloc(), status, headers, onward, connection));
        if (framing.isTunnel()) {
            unsentHead.send(ctx);
            openTunnel(exchange);
        }
        return onward;
    }

    /// Everything that was held back goes on, too.
    private void openTunnel(Exchange exchange) {
        ctx.pipeline().addBefore(ctx.name(), "meltemi.tunnel", new ClientTunnel(this, exchange));
        ctx.pipeline().remove(decoder);
        if (inputEnded) {
            inputEnded = false;
            exchange.requestEnded = true;
            exchange.body.end(EmptyHttpHeaders.INSTANCE);
        }
    }

    /// The caller has closed its way of a tunnel.
    void tunnelInputEnded(Exchange exchange) {
        if (exchange.responseEnded && !exchange.over) {
            complete(exchange);
        } else if (!exchange.over) {
            rearm();
        }
    }

    /// What the answer says about its connection; decides whether that ends with it.
    private @Nullable AsciiString connection(Exchange exchange, Framing framing) {
        exchange.wantsClose |= framing.kind() == Framing.Kind.UNTIL_CLOSE || inputEnded || server.endsConnections();
        if (exchange.wantsClose) {
            return HttpHeaderValues.CLOSE;
        }
        return exchange.protocol == Protocol.HTTP_1_1 ? null : HttpHeaderValues.KEEP_ALIVE;
    }

    /// @param head whole, now owned by the connection
    private void write(Exchange exchange, ByteBuf head) {
        exchange.responseBytes += head.readableBytes();
        unsentHead.hold(ctx, head);
        dirty = true;
    }

    @Override
    public void writeBody(Exchange exchange, Framing framing, ByteBuf octets) {
        exchange.responseBytes += unsentHead.body(ctx, framing, octets);
        dirty = true;
    }

    @Override
    public void endResponse(Exchange exchange, Framing framing, HttpHeaders trailers) {
        unsentHead.send(ctx);
        exchange.responseBytes += BodyWriter.end(ctx, framing, trailers);
        dirty = true;
        exchange.responseEnded = true;
        if (framing.isTunnel() && !exchange.requestEnded) {
            rearm();
            Closing.half(ctx);
            return;
        }
        exchange.body.discard();
        if (exchange.requestEnded || exchange.wantsClose) {
            complete(exchange);
        } else {
            setBodyPaused(false);
        }
    }

    @Override
    public void reset() {
        if (current != null) {
            current.cut = true;
        }
        if (ctx.channel().isActive()) {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        Closing.now(ctx);
    }

    @Override
    public void flushSoon() {
        patience.active();
        if (!inRead && dirty) {
            flush();
        }
    }

    private void flush() {
        dirty = false;
        unsentHead.send(ctx);
        ctx.flush();
    }

    @Override
    public void resume(Exchange exchange, Runnable rest) {
        intake.guarded(exchange, rest);
        flushSoon();
    }

    @Override
    public boolean isInRead() {
        return inRead;
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
        if (decoder.isHolding()) {
            decoder.release(ctx.pipeline().context(decoder), inRead);
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
            if (next.message() instanceof HttpRequest request) {
                // What came behind it has been read as HTTP already.
                request.headers().remove(HttpHeaderNames.UPGRADE);
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
        unsentHead.send(ctx);
        dirty = false;
        lingering = true;
        decoder.release(ctx, true);
        if (inputEnded || nothingUnread) {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> Closing.output(ctx));
        updateReading();
        patience.linger();
        rearm();
    }

    @Override
    public void setBodyPaused(boolean paused) {
        bodyPaused = paused;
        updateReading();
    }

    private void updateReading() {
        boolean heldBack = decoder.isHolding() && !decoder.atBoundary();
        boolean reading = lingering || (waiting.isEmpty() && !bodyPaused && !heldBack);
        if (ctx.channel().config().isAutoRead() != reading) {
            ctx.channel().config().setAutoRead(reading);
        }
    }

    // ---- time

    @Override
    public void rearm() {
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
                current = intake.lateHead(Protocol.HTTP_1_1);
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

    @Override
    public void drain(long quietUntil) {
        patience.closeBy(quietUntil);
        rearm();
    }

    @Override
    public void closeIfQuiet(long since) {
        if (current == null && patience.activeAt() < since) {
            server.overload().did(Action.REDUCE_TIMEOUTS);
            ctx.close();
        }
    }

    @Override
    public void closeNow() {
        ctx.close();
    }
}
