package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.proxy.wire.FieldCount;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.MalformedMessageException;
import dev.meltemi.proxy.wire.OutgoingHead;
import dev.meltemi.proxy.wire.ReceivedHeaders;
import dev.meltemi.routing.Breakers;
import dev.meltemi.routing.Cluster;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One request on an HTTP/2 connection that it shares with others.
///
/// ```
/// waiting ──room on a connection──▶ lent ──head written──▶ under way ──END_STREAM from both, or reset──▶ over
///    └──the peer knows HTTP/1.1 only──▶ goes on there
/// ```
@SuppressWarnings("ReferenceEquality") // a user is who it is
final class LentStream implements UpstreamStream {
    private final Http2Pool pool;
    private final @Nullable Cluster cluster;
    private final long timeoutNanos;
    private @Nullable UpstreamUser user;
    private @Nullable SharedConnection connection;
    private @Nullable Http2Stream stream;
    /// Where it goes on with HTTP/1.1, of which the user hasn't been told yet.
    private @Nullable UpstreamStream instead;

    private long waitsUntil;
    private boolean pending;
    private boolean reused;
    private boolean toHead;
    private boolean requestEnded;
    private boolean answered;
    private boolean answerEnded;
    private boolean bodiless;
    private boolean reading = true;
    private boolean touched;
    /// Octets of the answer's body that are announced, -1: any number.
    private long announced = -1;
    private long received;
    /// Octets that came while nobody wanted more: their room is given back when more is wanted.
    private int heldBack;

    LentStream(Http2Pool pool, UpstreamUser user, @Nullable Cluster cluster, long timeoutNanos) {
        this.pool = pool;
        this.user = user;
        this.cluster = cluster;
        this.timeoutNanos = timeoutNanos;
    }

    // ---- before it has a connection

    @Nullable
    Cluster cluster() {
        return cluster;
    }

    long timeoutNanos() {
        return timeoutNanos;
    }

    long waitsUntil() {
        return waitsUntil;
    }

    /// @param nanos on the loop's clock
    void waitsUntil(long nanos) {
        waitsUntil = nanos;
    }

    /// @return whether its request may wait for a connection
    boolean takePending() {
        Breakers.Taken taken =
                cluster == null ? Breakers.Taken.UNLIMITED : cluster.breakers().takePending();
        pending = taken == Breakers.Taken.COUNTED;
        return taken != Breakers.Taken.REFUSED;
    }

    private void endPending() {
        if (pending && cluster != null) {
            pending = false;
            cluster.breakers().endPending();
        }
    }

    /// What waited goes on there.
    void goOn(SharedConnection free) {
        endPending();
        free.take(this);
        Objects.requireNonNull(user).onReady(this);
    }

    void goOnHttp1() {
        UpstreamUser waiting = Objects.requireNonNull(user);
        user = null;
        endPending();
        UpstreamStream lent =
                pool.way().pools().lend(pool.way().endpoint(), cluster, false, timeoutNanos, false, waiting);
        instead = lent;
        if (lent.isReady()) {
            waiting.onReady(lent);
        }
    }

    void takenBy(SharedConnection taking, boolean hasServed) {
        connection = taking;
        reused = hasServed;
    }

    // ---- the request

    @Override
    public boolean isReady() {
        return connection != null;
    }

    @Override
    public @Nullable ProvenPeer peer() {
        return connection == null ? null : connection.peer();
    }

    @Override
    public boolean introduces() {
        return connection != null && connection.introduces();
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    private SharedConnection connection() {
        if (connection == null) {
            throw new IllegalStateException("no stream yet to " + pool.way().endpoint());
        }
        return connection;
    }

    private Http2Codec codec() {
        return connection().codec();
    }

    @Override
    public void writeHead(OutgoingHead head) {
        toHead = head.isHead();
        requestEnded = !head.framing().hasBody();
        stream = codec().open(this, head, requestEnded);
        if (stream == null) {
            letGo();
            fail(Failure.Kind.UNSEEN, "no_stream_left");
        }
    }

    @Override
    public void writeBody(Framing framing, ByteBuf octets) {
        if (stream == null || requestEnded) {
            octets.release();
        } else {
            codec().writeData(stream, octets, false);
        }
    }

    @Override
    public void endRequest(Framing framing, HttpHeaders trailers) {
        if (stream != null && !requestEnded) {
            requestEnded = true;
            codec().end(stream, trailers);
        }
    }

    @Override
    public void flush() {
        if (stream != null) {
            codec().flushSoon();
        }
    }

    @Override
    public boolean isWritable() {
        return stream == null || codec().isWritable(stream);
    }

    @Override
    public void setReading(boolean wanted) {
        reading = wanted;
        if (wanted && heldBack > 0 && stream != null) {
            int octets = heldBack;
            heldBack = 0;
            codec().consume(stream, octets);
        }
    }

    /// Resets the stream; the others of its connection don't notice.
    @Override
    public void abort() {
        reset(Http2Error.CANCEL);
    }

    private void reset(Http2Error why) {
        user = null;
        endPending();
        if (instead != null) {
            instead.abort();
        } else if (connection == null) {
            pool.leaveLine(this);
        } else if (stream != null) {
            codec().reset(stream, why);
        } else {
            letGo();
        }
    }

    /// Nothing was sent.
    private void letGo() {
        SharedConnection unused = connection();
        connection = null;
        unused.release();
    }

    // ---- the answer

    void onHeaders(ReceivedHeaders headers, boolean end) {
        if (user == null) {
            return;
        }
        touch();
        String malformed = headers.malformed();
        if (malformed != null) {
            broken(malformed);
        } else if (answered) {
            onTrailers(headers);
        } else {
            onHead(user, headers, end);
        }
    }

    /// A block behind the head always ends the stream: Netty refuses any other.
    private void onTrailers(ReceivedHeaders headers) {
        String tooMany = FieldCount.ofTrailers(headers.fields(), mostFields());
        if (headers.hasPseudo()) {
            broken("pseudo_header_in_trailers");
        } else if (tooMany != null) {
            broken(tooMany);
        } else {
            ended(headers.fields());
        }
    }

    private void onHead(UpstreamUser user, ReceivedHeaders headers, boolean end) {
        int status = status(headers.status());
        String tooMany = FieldCount.ofHead(headers.fields(), mostFields());
        if (tooMany != null) {
            broken(tooMany);
        } else if (status < 100) {
            broken("invalid_status");
        } else if (status == 101) {
            broken("unrequested_upgrade");
        } else if (status < 200) {
            if (end) {
                broken("interim_answer_ends_stream");
            } else {
                user.onInterim(HttpResponseStatus.valueOf(status), headers.fields());
            }
        } else {
            onFinalHead(user, status, headers.fields(), end);
        }
    }

    private int mostFields() {
        return pool.way().pools().settings().mostFields();
    }

    private void onFinalHead(UpstreamUser user, int status, HttpHeaders fields, boolean end) {
        Framing framing;
        try {
            framing = framing(status, fields, end);
        } catch (MalformedMessageException malformed) {
            broken(malformed.why());
            return;
        }
        answered = true;
        if (end && announced > 0) {
            broken("less_than_content_length");
            return;
        }
        user.onHead(status, fields, framing);
        // The user may have let go in the meantime.
        if (end && this.user == user) {
            ended(EmptyHttpHeaders.INSTANCE);
        }
    }

    /// A 204 has no length; that of a 304 or of an answer to HEAD describes a body that isn't sent.
    private Framing framing(int status, HttpHeaders fields, boolean end) {
        if (toHead || status == 204 || status == 304) {
            bodiless = true;
            if (status == 204) {
                fields.remove(HttpHeaderNames.CONTENT_LENGTH);
            }
            return Framing.NONE;
        }
        Framing framing = Framing.take(fields, true, end ? Framing.EMPTY : Framing.CHUNKED);
        announced = framing.kind() == Framing.Kind.LENGTH ? framing.length() : -1;
        return framing;
    }

    /// Three digits, or -1.
    private static int status(@Nullable CharSequence text) {
        if (text == null || text.length() != 3) {
            return -1;
        }
        int status = 0;
        for (int i = 0; i < 3; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            status = status * 10 + digit;
        }
        return status;
    }

    /// @param octets the connection's
    /// @return octets whose room can be given back at once
    int onData(ByteBuf octets, int padding, boolean end) {
        int size = octets.readableBytes();
        UpstreamUser user = this.user;
        if (user == null) {
            return size + padding;
        }
        touch();
        received += size;
        String wrong = wrongLength(size, end);
        if (wrong != null) {
            broken(wrong);
            return size + padding;
        }
        if (size > 0) {
            user.onBody(octets.retain());
        }
        if (end && this.user == user) {
            ended(EmptyHttpHeaders.INSTANCE);
        }
        if (reading || this.user != user) {
            return size + padding;
        }
        heldBack += size;
        return padding;
    }

    /// RFC 9113, 8.1.1.
    private @Nullable String wrongLength(int size, boolean end) {
        if (!answered) {
            return "body_before_head";
        }
        if (bodiless) {
            return size > 0 ? "body_where_none_can_be" : null;
        }
        if (announced >= 0 && received > announced) {
            return "more_than_content_length";
        }
        return end && announced >= 0 && received < announced ? "less_than_content_length" : null;
    }

    private void ended(HttpHeaders trailers) {
        UpstreamUser done = Objects.requireNonNull(user);
        if (!bodiless && announced >= 0 && received < announced) {
            broken("less_than_content_length");
            return;
        }
        answerEnded = true;
        user = null;
        done.onEnd(trailers);
        if (!requestEnded && stream != null) {
            // What is still to come of the request interests nobody.
            codec().reset(stream, Http2Error.CANCEL);
        }
    }

    void broken(String why) {
        UpstreamUser before = user;
        reset(Http2Error.PROTOCOL_ERROR);
        if (before != null) {
            before.onFailure(new Failure(Failure.Kind.PROTOCOL, why));
        }
    }

    private void touch() {
        if (!touched) {
            touched = true;
            codec().touched(this, Objects.requireNonNull(user));
        }
    }

    /// What could be read now has been read.
    void onReadComplete(UpstreamUser told) {
        touched = false;
        if (user == told || answerEnded) {
            told.onReadComplete();
        }
    }

    void onWritable() {
        if (user != null) {
            user.onWritabilityChanged();
        }
    }

    // ---- the end

    /// The stream is gone.
    void onClosed(Failure.Kind kind, String why) {
        connection().release();
        fail(kind, why);
    }

    void fail(Failure.Kind kind, String why) {
        endPending();
        UpstreamUser before = user;
        user = null;
        if (before != null) {
            boolean cut = answered && kind == Failure.Kind.CLOSED;
            before.onFailure(new Failure(kind, cut ? why + "_in_answer" : why));
        }
    }
}
