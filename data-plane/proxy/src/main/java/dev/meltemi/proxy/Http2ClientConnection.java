package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.proxy.wire.SentHeaders;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A caller's HTTP/2 connection: its streams, and every way in which it can end. Netty's handler keeps the protocol's
/// state; each request is a {@link Http2Downstream}.
///
/// ```
/// open ──drain──▶ GOAWAY, any stream ──the caller has heard it──▶ GOAWAY, last stream ──no stream left──▶ closed
///   │ broken protocol, flood: GOAWAY with the error                                                        ▲
///   └──────────────────────────────────────────────────────────────────────────────────────────────────────┘
/// ```
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class Http2ClientConnection extends Http2ConnectionHandler implements CallerConnection {
    /// In a ping, so that its answer tells that the GOAWAY before it was heard.
    private static final long FAREWELL = 0x6d656c74656d69L;

    private final Accepted accepted;
    private final Loop loop;
    private final ProxySettings.Timeouts timeouts;
    private final Http2Limits limits;
    private final Http2Codec codec;
    private final Http2Connection.PropertyKey key;
    private final Deadline deadline;
    private final List<Http2Downstream> worked = new ArrayList<>(4);
    private final RecentResets resets = new RecentResets();

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    private boolean inRead;
    private boolean dirty;
    private boolean flushing;
    private boolean draining;
    private boolean farewell;
    private boolean inputEnded;
    private boolean closed;
    private long activeAt;
    private long headSince;
    private long closeBy = Exchange.NEVER;
    private long wakeAt = Exchange.NEVER;

    Http2ClientConnection(Accepted accepted) {
        this(
                accepted,
                new Http2Codec(
                        accepted.server.settings().http2(),
                        accepted.server.settings().limits().head()));
    }

    private Http2ClientConnection(Accepted accepted, Http2Codec codec) {
        // we say GOAWAY where it is due, and flush what we say together
        super(codec.decoder, codec.encoder, codec.settings, true, false);
        this.accepted = accepted;
        this.loop = accepted.loop;
        this.timeouts = accepted.server.settings().timeouts();
        this.limits = accepted.server.settings().http2();
        this.codec = codec;
        this.key = connection().newKey();
        this.deadline = new Deadline(loop.executor, this::onDeadline);
        var frames = new Http2Frames(this, codec);
        decoder().frameListener(frames);
        connection().addListener(frames);
        encoder().flowController().listener(frames);
        gracefulShutdownTimeoutMillis(timeouts.linger().toMillis());
    }

    Accepted accepted() {
        return accepted;
    }

    Http2Limits limits() {
        return limits;
    }

    ProxySettings.Timeouts timeouts() {
        return timeouts;
    }

    // ---- from the caller

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        ctx = context;
        loop.connections.put(context.channel(), this);
        super.handlerAdded(context);
        int more = limits.connectionWindow() - Http2CodecUtil.DEFAULT_WINDOW_SIZE;
        decoder().flowController().incrementWindowSize(connection().connectionStream(), more);
        context.flush();
        activeAt = loop.now();
        headSince = activeAt;
        if (accepted.server.isDraining()) {
            drain(activeAt + ProxyServer.QUIET.toNanos());
        }
        wakeBy(nextDeadline());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        inRead = true;
        super.channelRead(context, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        inRead = false;
        activeAt = loop.now();
        worked.forEach(Http2Downstream::flushUpstream);
        worked.clear();
        dirty = false;
        super.channelReadComplete(context);
        if (decoder().prefaceReceived() && !codec.gate.inHead()) {
            headSince = Exchange.NEVER;
        } else if (headSince == Exchange.NEVER) {
            headSince = activeAt;
            wakeBy(nextDeadline());
        }
    }

    void worked(Http2Downstream request) {
        if (inRead) {
            worked.add(request);
        } else {
            request.flushUpstream();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        super.userEventTriggered(context, event);
        if (event instanceof ChannelInputShutdownEvent) {
            // what was asked is still answered, as far as the windows go
            inputEnded = true;
            closeBy = loop.now() + timeouts.halfClosed().toNanos();
            forEachRequest(Http2Downstream::callerEnded);
            if (connection().numActiveStreams() == 0) {
                context.close();
            }
            wakeBy(closeBy);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        closed = true;
        deadline.cancel();
        super.channelInactive(context);
    }

    /// The request on that stream, if it has one.
    @Nullable
    Http2Downstream on(int streamId) {
        Http2Stream stream = connection().stream(streamId);
        return stream == null ? null : on(stream);
    }

    @Nullable
    Http2Downstream on(Http2Stream stream) {
        return stream.getProperty(key);
    }

    Http2Downstream open(int streamId) {
        Http2Stream stream = connection().stream(streamId);
        var request = new Http2Downstream(this, stream);
        stream.setProperty(key, request);
        return request;
    }

    void closed(Http2Stream stream) {
        Http2Downstream request = stream.removeProperty(key);
        if (request != null) {
            request.left();
        }
        activeAt = loop.now();
        if (!closed && connection().numActiveStreams() == 0 && (farewell || inputEnded)) {
            closeFlushed();
        }
    }

    private void forEachRequest(Consumer<Http2Downstream> action) {
        var all = new ArrayList<Http2Downstream>(connection().numActiveStreams());
        try {
            connection().forEachActiveStream(stream -> {
                Http2Downstream request = on(stream);
                return request == null || all.add(request);
            });
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        all.forEach(action);
    }

    // ---- to the caller

    ChannelFuture writeHeaders(Http2Stream stream, SentHeaders fields, boolean end) {
        codec.floods.sent();
        return encoder().writeHeaders(ctx, stream.id(), fields, 0, end, ctx.newPromise());
    }

    ChannelFuture writeData(Http2Stream stream, ByteBuf octets, boolean end) {
        codec.floods.sent();
        return encoder().writeData(ctx, stream.id(), octets, 0, end, ctx.newPromise());
    }

    /// Of the fields that were written last.
    int blockOctets() {
        return codec.blockOctets();
    }

    ByteBuf copy(ByteBuf octets) {
        return ctx.alloc().buffer(octets.readableBytes()).writeBytes(octets);
    }

    boolean isWritable(Http2Stream stream) {
        return encoder().flowController().isWritable(stream);
    }

    void consumed(Http2Stream stream, int octets) {
        try {
            if (decoder().flowController().consumeBytes(stream, octets)) {
                flushSoon();
            }
        } catch (Http2Exception e) {
            onError(ctx, true, e);
        }
    }

    void reset(Http2Stream stream, Http2Error error) {
        resets.add(stream.id());
        resetStream(ctx, stream.id(), error.code(), ctx.newPromise());
        flushSoon();
    }

    void madeUsReset() {
        try {
            codec.floods.madeUsReset();
        } catch (Http2Exception flood) {
            onError(ctx, false, flood);
        }
    }

    boolean isInRead() {
        return inRead;
    }

    /// When all that could be read has been worked on, of this connection or of those that answer it: many answers
    /// go in one write.
    void flushSoon() {
        dirty = true;
        if (!inRead && !flushing) {
            flushing = true;
            loop.executor.execute(this::flush);
        }
    }

    private void flush() {
        flushing = false;
        if (dirty && !closed) {
            dirty = false;
            flush(ctx);
        }
    }

    // ---- when it goes wrong

    @Override
    protected void onStreamError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        if (error.error() == Http2Error.STREAM_CLOSED && connection().stream(error.streamId()) == null) {
            onClosedStream(context, cause, error.streamId());
            return;
        }
        Http2Downstream request = on(error.streamId());
        boolean tooLong = error instanceof Http2Exception.HeaderListSizeException size && size.duringDecode();
        if (tooLong && request == null && answersTooLong(error.streamId())) {
            return;
        }
        boolean behindEnd = request != null
                && codec.gate.readsFields()
                && !connection().stream(error.streamId()).state().remoteSideOpen();
        Http2Exception.StreamException told = behindEnd ? Http2Words.behindEnd(error.streamId()) : error;
        if (request != null) {
            request.broken(tooLong ? "headers_too_long" : Http2Words.of(told));
        }
        resets.add(error.streamId());
        super.onStreamError(context, outbound, cause, told);
        if (!outbound) {
            madeUsReset();
        }
    }

    /// What was on its way when we reset a stream is nobody's mistake. Otherwise a body gets another reset, and fields
    /// end the connection: whoever sends those has lost count of its streams (RFC 9113, 5.1 and 5.1.1).
    private void onClosedStream(ChannelHandlerContext context, Throwable cause, int streamId) {
        if (resets.contains(streamId)) {
            return;
        }
        if (codec.gate.readsFields()) {
            Http2Exception error = Http2Exception.connectionError(
                    Http2Error.STREAM_CLOSED, "fields on stream %d, which is closed", streamId);
            onConnectionError(context, false, cause, error);
        } else {
            encoder().writeRstStream(context, streamId, Http2Error.STREAM_CLOSED.code(), context.newPromise());
            madeUsReset();
        }
    }

    private boolean answersTooLong(int streamId) {
        if (connection().streamMayHaveExisted(streamId)) {
            return false;
        }
        try {
            connection().remote().createStream(streamId, false);
        } catch (Http2Exception refused) {
            return false;
        }
        codec.floods.opened();
        open(streamId).beginTooLong();
        return true;
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        if (error == null || closed || !context.channel().isActive()) {
            // a failed write; what broke in a request was caught there
            context.close();
            return;
        }
        String why = Http2Words.of(error);
        accepted.tell(error.error() == Http2Error.ENHANCE_YOUR_CALM ? Refusal.FLOOD : Refusal.BROKEN_HTTP_2, why);
        forEachRequest(request -> request.broken(why));
        super.onConnectionError(context, outbound, cause, error);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset or a failed write; channelInactive follows.
        context.close();
    }

    // ---- time

    /// @param nanos on the loop's clock
    void wakeBy(long nanos) {
        if (nanos < wakeAt) {
            wakeAt = nanos;
            deadline.set(nanos);
        }
    }

    private long nextDeadline() {
        long head = headSince == Exchange.NEVER
                ? Exchange.NEVER
                : headSince + timeouts.head().toNanos();
        if (connection().numActiveStreams() == 0) {
            long idle = activeAt + timeouts.downstreamIdle().toNanos();
            return Math.min(head, Math.min(idle, closeBy));
        }
        long[] next = {draining && farewell && !inputEnded ? head : Math.min(head, closeBy)};
        forEachRequest(request -> next[0] = Math.min(next[0], request.end()));
        return next[0];
    }

    private void onDeadline() {
        wakeAt = Exchange.NEVER;
        long now = loop.now();
        if (now >= nextDeadline()) {
            expire(now);
        }
        if (!closed) {
            wakeBy(nextDeadline());
        }
    }

    private void expire(long now) {
        boolean idle = connection().numActiveStreams() == 0;
        if (headSince != Exchange.NEVER && now >= headSince + timeouts.head().toNanos()) {
            onError(ctx, false, Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, Http2Words.LATE_HEAD));
            headSince = Exchange.NEVER;
        } else if (now >= closeBy && inputEnded) {
            ctx.close();
        } else if (now >= closeBy && !farewell) {
            sayFarewell();
        } else if (idle) {
            goAway(Http2Error.NO_ERROR, connection().remote().lastStreamCreated());
            closeFlushed();
        } else {
            forEachRequest(request -> request.expire(now));
        }
    }

    /// GOAWAY, while streams that come all the same are served.
    @Override
    public void windDown() {
        drain(Exchange.NEVER);
    }

    /// Whoever hasn't heard the GOAWAY yet may still open streams: these are served (RFC 9113, 6.8).
    @Override
    public void drain(long quietUntil) {
        if (!draining && !closed) {
            draining = true;
            goAway(Http2Error.NO_ERROR, Integer.MAX_VALUE);
            encoder().writePing(ctx, false, FAREWELL, ctx.newPromise());
            flushSoon();
        }
        if (!inputEnded) {
            closeBy = Math.min(closeBy, quietUntil);
            wakeBy(closeBy);
        }
    }

    /// The answer to a ping: what the caller sent before it is here.
    void heard(long ping) {
        if (ping == FAREWELL && draining && !farewell) {
            sayFarewell();
        }
    }

    /// Streams that the caller opens from here on are refused, unprocessed, so that it can ask elsewhere.
    private void sayFarewell() {
        farewell = true;
        goAway(Http2Error.NO_ERROR, connection().remote().lastStreamCreated());
        if (connection().numActiveStreams() == 0) {
            closeFlushed();
        } else {
            flushSoon();
        }
    }

    private void goAway(Http2Error error, int lastStream) {
        goAway(ctx, lastStream, error.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
    }

    private void closeFlushed() {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void closeNow() {
        ctx.close();
    }
}
