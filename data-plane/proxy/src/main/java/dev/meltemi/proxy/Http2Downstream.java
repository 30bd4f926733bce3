package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.FieldCount;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.ReceivedHeaders;
import dev.meltemi.proxy.wire.SentHeaders;
import dev.meltemi.routing.ProxyFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One stream of a caller's HTTP/2 connection: one request and its answer.
///
/// Head and last piece of an answer are held until more of it is there or it is flushed, so that a short answer is
/// two frames, of which the second ends the stream.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class Http2Downstream implements Downstream {
    /// A stream that its caller resets sooner is one of those that CVE-2023-44487 is made of.
    private static final long EARLY = TimeUnit.SECONDS.toNanos(1);
    /// A shorter piece is copied rather than that it keeps the octets around it.
    private static final int WORTH_KEEPING = 128;

    private final Http2ClientConnection connection;
    private final Http2Stream stream;
    private final RequestIntake intake;

    @SuppressWarnings("NullAway.Init") // begin
    private Exchange exchange;

    private @Nullable SentHeaders head;
    private @Nullable ByteBuf piece;
    private boolean paused;
    private boolean worked;
    /// Octets of the body for which the caller has got no new window yet.
    private int held;

    private long received;
    private long given;
    private long unsent;
    private boolean full;
    private long activeAt;

    Http2Downstream(Http2ClientConnection connection, Http2Stream stream) {
        this.connection = connection;
        this.stream = stream;
        this.intake = new RequestIntake(this, connection.accepted().server.ports());
        this.activeAt = loop().now();
    }

    @Override
    public Accepted accepted() {
        return connection.accepted();
    }

    // ---- from the caller

    /// @param octets of the head
    void begin(ReceivedHeaders block, boolean ended, long octets) {
        exchange = intake.open(Protocol.HTTP_2, Http2Request.method(block), Http2Request.target(block), block.fields());
        exchange.authority = Http2Request.authority(block);
        exchange.requestBytes = octets;
        exchange.requestEnded = ended;
        String wrong = Http2Request.malformed(block, ended);
        if (wrong != null) {
            refuse(wrong);
            return;
        }
        if (ended) {
            exchange.body.end(EmptyHttpHeaders.INSTANCE);
        }
        rearm();
        intake.start(exchange, Http2Request.judged(block, mostFields()));
        if (ended) {
            Mirroring.onRequestEnd(exchange);
        }
        worked();
    }

    /// Fields that are more than we take: nobody has seen them.
    void beginTooLong() {
        exchange = intake.lateHead(Protocol.HTTP_2);
        exchange.wantsClose = true;
        LocalReply.fail(exchange, new ProxyFailure.MalformedRequest(431, "headers_too_long"));
    }

    /// @return octets that aren't in our way any more
    int data(ByteBuf data, boolean ended, long octets) {
        active();
        int size = data.readableBytes();
        exchange.requestBytes += octets;
        if (exchange.over) {
            return size;
        }
        received += size;
        Framing framing = exchange.framing;
        boolean known = framing.kind() == Framing.Kind.LENGTH;
        if (known && (ended ? received != framing.length() : received > framing.length())) {
            refuse("content_length_mismatch");
            return size;
        }
        held += size;
        if (size > 0) {
            exchange.body.offer(size < WORTH_KEEPING ? connection.copy(data) : data.readRetainedSlice(size));
        }
        if (ended) {
            end(EmptyHttpHeaders.INSTANCE);
        } else {
            pump();
        }
        return 0;
    }

    void trailers(ReceivedHeaders block, long octets) {
        active();
        exchange.requestBytes += octets;
        if (exchange.over) {
            return;
        }
        String wrong = block.malformed() == null && block.hasPseudo() ? "pseudo_header_in_trailers" : block.malformed();
        wrong = wrong == null ? FieldCount.ofTrailers(block.fields(), mostFields()) : wrong;
        boolean tooFew = exchange.framing.kind() == Framing.Kind.LENGTH && received != exchange.framing.length();
        if (wrong != null || tooFew) {
            refuse(wrong == null ? "content_length_mismatch" : wrong);
        } else {
            end(block.fields());
        }
    }

    private int mostFields() {
        return server().settings().limits().fields();
    }

    private void end(HttpHeaders trailers) {
        exchange.requestEnded = true;
        exchange.body.end(trailers);
        pump();
        Mirroring.onRequestEnd(exchange);
        if (exchange.responseEnded && !exchange.over) {
            complete();
        }
    }

    private void pump() {
        if (exchange.attempts != null) {
            exchange.attempts.pump();
        } else {
            setBodyPaused(exchange.body.hasUnsent());
        }
        worked();
    }

    /// When all that was read has been worked on, this is flushed to the endpoint.
    private void worked() {
        if (!worked) {
            worked = true;
            connection.worked(this);
        }
    }

    void flushUpstream() {
        worked = false;
        if (exchange.attempts != null) {
            exchange.attempts.flush();
        }
    }

    void active() {
        activeAt = loop().now();
    }

    /// The request breaks HTTP/2: the stream ends without an answer (RFC 9113, 8.1.1).
    private void refuse(String why) {
        broken(why);
        connection.reset(stream, Http2Error.PROTOCOL_ERROR);
        connection.madeUsReset();
    }

    /// It can't go on, and that is the caller's doing.
    void broken(String why) {
        if (!exchange.over) {
            LocalReply.note(exchange, new ProxyFailure.MalformedRequest(400, why));
            exchange.cut = true;
            left();
        }
    }

    /// The caller has ended its side of the connection: no more of a request comes.
    void callerEnded() {
        if (!exchange.over && !exchange.requestEnded) {
            broken("caller_closed_in_body");
            connection.reset(stream, Http2Error.CANCEL);
        }
    }

    /// The caller has reset the stream, or the stream is closed.
    ///
    /// @return whether it had hardly begun
    boolean left() {
        dropHeld();
        if (exchange.over) {
            return false;
        }
        intake.callerLeft(exchange);
        return loop().now() - exchange.startNanos < EARLY;
    }

    private void dropHeld() {
        head = null;
        if (piece != null) {
            piece.release();
            piece = null;
        }
    }

    // ---- to the caller

    /// Nobody waits for a 100 whose body has come.
    @Override
    public void interim(Exchange of, HttpResponseStatus status, HttpHeaders headers) {
        boolean wanted = status.code() != 100 || (exchange.expectsContinue && !exchange.requestEnded);
        if (wanted && isOpen()) {
            headers(SentHeaders.response(status.codeAsText(), headers), false);
        }
    }

    @Override
    public Framing answer(Exchange of, HttpResponseStatus status, HttpHeaders headers, Framing framing) {
        if (server().endsConnections()) {
            connection.windDown();
        }
        SentHeaders fields = SentHeaders.response(status.codeAsText(), headers);
        if (framing.kind() == Framing.Kind.LENGTH) {
            fields.with(HttpHeaderNames.CONTENT_LENGTH, Long.toString(framing.length()));
        }
        head = fields;
        return framing;
    }

    @Override
    public void writeBody(Exchange of, Framing framing, ByteBuf octets) {
        if (!isOpen()) {
            octets.release();
            return;
        }
        writeHeld();
        piece = octets;
    }

    @Override
    public void endResponse(Exchange of, Framing framing, HttpHeaders trailers) {
        if (isOpen()) {
            last(trailers);
        }
        exchange.responseEnded = true;
        exchange.body.discard();
        if (exchange.requestEnded || exchange.wantsClose) {
            complete();
        } else {
            setBodyPaused(false);
        }
        flushSoon();
    }

    private void last(HttpHeaders trailers) {
        ChannelFuture written;
        if (!trailers.isEmpty()) {
            writeHeld();
            written = headers(SentHeaders.trailers(trailers), true);
        } else if (head != null && piece == null) {
            written = headers(head, true);
            head = null;
        } else {
            ByteBuf rest = piece == null ? Unpooled.EMPTY_BUFFER : piece;
            piece = null;
            writeHeld();
            written = body(rest, true);
        }
        if (!exchange.requestEnded && exchange.wantsClose) {
            // the answer is complete without the rest of the request (RFC 9113, 8.1)
            written.addListener(sent -> connection.reset(stream, Http2Error.NO_ERROR));
        }
    }

    private void writeHeld() {
        if (head != null) {
            headers(head, false);
            head = null;
        }
        if (piece != null) {
            body(piece, false);
            piece = null;
        }
    }

    private ChannelFuture headers(SentHeaders fields, boolean end) {
        ChannelFuture written = connection.writeHeaders(stream, fields, end);
        exchange.responseBytes += Http2Gate.FRAME_HEAD + connection.blockOctets();
        active();
        return written;
    }

    private ChannelFuture body(ByteBuf octets, boolean end) {
        int size = octets.readableBytes();
        exchange.responseBytes += Http2Gate.FRAME_HEAD + size;
        active();
        ChannelFuture written = connection.writeData(stream, octets, end);
        given += size;
        if (given > connection.limits().unsent()) {
            unsent += size;
            written.addListener(sent -> sent(size));
        }
        return written;
    }

    /// Counted from where it could be much: most answers never get there.
    private void sent(int size) {
        active();
        unsent -= size;
        if (full && unsent < connection.limits().unsent() / 2) {
            onWritability();
        }
    }

    private boolean isOpen() {
        return !stream.isResetSent() && stream.state().localSideOpen();
    }

    @Override
    public void reset() {
        exchange.cut = true;
        connection.reset(stream, Http2Error.INTERNAL_ERROR);
        left();
    }

    @Override
    public boolean isWritable() {
        boolean writable = unsent < connection.limits().unsent() && connection.isWritable(stream);
        full = !writable;
        return writable;
    }

    void onWritability() {
        if (exchange.attempts != null && !exchange.over) {
            exchange.attempts.onClientWritable(isWritable());
        }
    }

    @Override
    public void flushSoon() {
        if (isOpen()) {
            writeHeld();
        }
        connection.flushSoon();
    }

    @Override
    public boolean isInRead() {
        return connection.isInRead();
    }

    /// The caller may send as much again as we have passed on.
    @Override
    public void setBodyPaused(boolean pause) {
        paused = pause;
        if (!paused && held > 0) {
            int octets = held;
            held = 0;
            connection.consumed(stream, octets);
        }
    }

    @Override
    public void resume(Exchange of, Runnable rest) {
        intake.guarded(exchange, rest);
        flushSoon();
    }

    private void complete() {
        exchange.over = true;
        intake.log(exchange);
        setBodyPaused(false);
    }

    // ---- time

    @Override
    public void rearm() {
        connection.wakeBy(end());
    }

    /// When it has waited long enough for what it waits for.
    long end() {
        long idle = activeAt + connection.timeouts().stream().toNanos();
        return exchange.over ? idle : Math.min(idle, Math.min(exchange.routeDeadline, exchange.tryDeadline));
    }

    void expire(long now) {
        if (now < end()) {
            return;
        }
        if (exchange.over) {
            // an answer that its caller doesn't read, or a request that doesn't end behind its answer
            connection.reset(stream, Http2Error.CANCEL);
        } else if (exchange.attempts != null && now >= Math.min(exchange.routeDeadline, exchange.tryDeadline)) {
            exchange.attempts.onTimeout(now >= exchange.routeDeadline);
        } else {
            intake.stalled(exchange);
        }
    }
}
