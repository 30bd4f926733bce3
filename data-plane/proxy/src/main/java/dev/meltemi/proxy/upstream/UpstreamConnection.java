package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.proxy.wire.BodyWriter;
import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.proxy.wire.Framing;
import dev.meltemi.proxy.wire.HeadWriter;
import dev.meltemi.proxy.wire.HopByHop;
import dev.meltemi.proxy.wire.MalformedMessageException;
import dev.meltemi.proxy.wire.OutgoingHead;
import dev.meltemi.proxy.wire.StrictResponseDecoder;
import dev.meltemi.proxy.wire.Upgrade;
import dev.meltemi.routing.Breakers;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.PoolLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One connection to an endpoint, lent to one request at a time.
///
/// ```
/// connecting ──[TLS handshake]──▶ lent ──answer and request complete──▶ idle ──▶ lent …
///     │                            │ anything else                        │ closed, or octets nobody asked for
///     └────────────────────────────┴──────────────▶ closed ◀──────────────┘
/// ```
// What fails closes the channel, and that is heard; a user is who it is.
@SuppressWarnings({"FutureReturnValueIgnored", "ReferenceEquality"})
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements UpstreamStream, Connecting.Owner {
    private final EndpointPool pool;
    private final StrictResponseDecoder decoder;
    private final Deadline idleDeadline;
    private @Nullable Connecting connecting;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable UpstreamUser user;
    private @Nullable ProvenPeer peer;
    private String tlsFailure = "";
    private final long timeoutNanos;
    /// On whose behalf it was opened, whose connection it is until it closes; null: nobody counts it.
    private @Nullable Cluster counting;
    /// On whose behalf it is used now.
    private @Nullable Cluster cluster;
    private boolean pending;
    private boolean inLine;
    private long openedAt;
    private int served;
    private @Nullable AsciiString upgrade;
    private @Nullable UpstreamTunnel tunnel;
    private boolean introduced;
    private boolean counted;
    private boolean reused;
    private boolean requestEnded;
    private boolean answered;
    private boolean skipToEnd;
    private boolean reusable;
    private boolean ended;

    UpstreamConnection(EndpointPool pool, UpstreamUser user, @Nullable Cluster cluster, long timeoutNanos) {
        this.pool = pool;
        this.user = user;
        this.cluster = cluster;
        this.timeoutNanos = timeoutNanos;
        UpstreamSettings settings = pool.way().pools().settings();
        this.decoder = new StrictResponseDecoder(settings.responses(), settings.mostFields());
        this.idleDeadline = new Deadline(pool.way().pools().loop(), this::late);
    }

    /// @return whether its request may wait for a connection
    boolean takePending() {
        Breakers.Taken taken =
                cluster == null ? Breakers.Taken.UNLIMITED : cluster.breakers().takePending();
        pending = taken == Breakers.Taken.COUNTED;
        return taken != Breakers.Taken.REFUSED;
    }

    /// @param first whether the pool has no other
    /// @return whether it may be opened
    boolean takeConnection(boolean first) {
        Breakers.Taken taken =
                cluster == null ? Breakers.Taken.UNLIMITED : cluster.breakers().takeConnection(first);
        counting = taken == Breakers.Taken.COUNTED ? cluster : null;
        return taken != Breakers.Taken.REFUSED;
    }

    private void endPending() {
        if (pending && cluster != null) {
            pending = false;
            cluster.breakers().endPending();
        }
    }

    /// Not opened: it waits for one that comes back, or for its turn to be opened, as long as it may.
    void waitInLine() {
        inLine = true;
        idleDeadline.set(Deadline.now(pool.way().pools().loop())
                + pool.way().pools().settings().queueTimeout().toNanos());
    }

    /// It was idle for too long, or its request has waited too long in line.
    private void late() {
        if (inLine) {
            inLine = false;
            pool.leaveLine(this);
            refuse("pending_requests_age");
        } else {
            close();
        }
    }

    /// What waited here goes on there.
    void handOver(UpstreamConnection free) {
        UpstreamUser waiting = Objects.requireNonNull(user);
        user = null;
        inLine = false;
        idleDeadline.cancel();
        endPending();
        free.lendTo(waiting, cluster);
        waiting.onReady(free);
    }

    void connect() {
        counted = true;
        inLine = false;
        idleDeadline.clear();
        openedAt = Deadline.now(pool.way().pools().loop());
        connecting = new Connecting(pool.way(), this);
        connecting.start(cluster, timeoutNanos, false);
    }

    @Override
    public void onOpened(ChannelHandlerContext context, @Nullable ProvenPeer proven, @Nullable String protocol) {
        connecting = null;
        peer = proven;
        // added behind it, the last one first
        context.pipeline()
                .addAfter(context.name(), "meltemi.upstream", this)
                .addAfter(context.name(), "meltemi.responses", decoder);
        ctx = context.pipeline().context(this);
        if (user == null) {
            context.close();
        } else {
            endPending();
            user.onReady(this);
        }
    }

    @Override
    public void onNotOpened(Failure failure) {
        connecting = null;
        forget();
        fail(failure.kind(), failure.why());
    }

    /// A limit was reached before this connection was opened.
    void refuse(String what) {
        fail(Failure.Kind.OVERFLOW, what);
    }

    void unidentified() {
        fail(UpstreamPools.UNIDENTIFIED.kind(), UpstreamPools.UNIDENTIFIED.why());
    }

    void lendTo(UpstreamUser next, @Nullable Cluster onBehalfOf) {
        user = next;
        cluster = onBehalfOf;
        reused = true;
        requestEnded = false;
        answered = false;
        skipToEnd = false;
        reusable = false;
        ended = false;
        idleDeadline.clear();
    }

    @Override
    public boolean isReady() {
        return ctx != null;
    }

    @Override
    public @Nullable ProvenPeer peer() {
        return peer;
    }

    @Override
    public boolean introduces() {
        boolean first = peer != null && !introduced;
        introduced = true;
        return first;
    }

    @Override
    public boolean isReused() {
        return reused;
    }

    @Override
    public void writeHead(OutgoingHead head) {
        decoder.expect(head.isHead());
        upgrade = head.upgrade();
        context().write(HeadWriter.request(context().alloc(), head), context().voidPromise());
    }

    @Override
    public void writeBody(Framing framing, ByteBuf octets) {
        BodyWriter.write(context(), framing, octets);
    }

    @Override
    public void endRequest(Framing framing, HttpHeaders trailers) {
        requestEnded = true;
        if (tunnel == null) {
            BodyWriter.end(context(), framing, trailers);
        } else {
            tunnel.endOutput(context());
        }
    }

    @Override
    public void flush() {
        context().flush();
    }

    @Override
    public boolean isWritable() {
        return context().channel().isWritable();
    }

    @Override
    public void setReading(boolean reading) {
        if (ctx != null) {
            ctx.channel().config().setAutoRead(reading);
        }
    }

    /// Resets the connection.
    @Override
    public void abort() {
        user = null;
        endPending();
        if (inLine) {
            inLine = false;
            idleDeadline.cancel();
            pool.leaveLine(this);
        }
        if (connecting != null) {
            connecting.giveUp();
        } else if (ctx != null) {
            if (ctx.channel().isActive()) {
                ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            }
            Closing.now(ctx);
        }
    }

    void close() {
        user = null;
        if (ctx != null) {
            ctx.close();
        }
    }

    /// The end of a tunnel whose endpoint may be slow to read the rest.
    void closeWhenWritten() {
        user = null;
        ChannelHandlerContext context = context();
        idleDeadline.set(Deadline.now(context.executor())
                + pool.way().pools().settings().idleTimeout().toNanos());
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private ChannelHandlerContext context() {
        if (ctx == null) {
            throw new IllegalStateException("not connected to " + pool.way().endpoint());
        }
        return ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (user == null || ended) {
            // Octets that no request asked for: whatever they are, they must not meet the next request.
            ReferenceCountUtil.release(message);
            reusable = false;
            context.close();
            return;
        }
        if (message instanceof HttpResponse head) {
            try {
                onHead(user, head);
            } catch (MalformedMessageException malformed) {
                broken(malformed.why());
            }
        } else if (message instanceof HttpContent content) {
            onContent(user, content);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void onHead(UpstreamUser user, HttpResponse head) {
        int status = head.status().code();
        if (head.decoderResult().isFailure()) {
            ReferenceCountUtil.release(head);
            if (head.decoderResult().cause() instanceof PrematureChannelClosureException) {
                // It has closed within the head, which channelInactive tells next.
                return;
            }
            broken(String.valueOf(head.decoderResult().cause().getMessage()));
        } else if (status == 101) {
            onUpgrade(user, head.headers());
        } else if (status < 100 || status > 999) {
            broken("invalid_status");
        } else if (status < 200) {
            skipToEnd = true;
            HopByHop.strip(head.headers());
            user.onInterim(head.status(), head.headers());
        } else {
            onFinalHead(user, head);
        }
    }

    /// From here on octets go both ways as they are.
    private void onUpgrade(UpstreamUser user, HttpHeaders headers) {
        if (!Upgrade.isAgreed(upgrade, headers)) {
            broken("unrequested_upgrade");
            return;
        }
        Upgrade.strip(headers);
        answered = true;
        var agreed = new UpstreamTunnel(this, decoder);
        tunnel = agreed;
        context().pipeline().addBefore(context().name(), "meltemi.tunnel", agreed);
        user.onHead(101, headers, Framing.TUNNEL);
    }

    /// Who has lent it; null: nobody.
    @Nullable
    UpstreamUser user() {
        return user;
    }

    private void onFinalHead(UpstreamUser user, HttpResponse head) {
        boolean keep = HopByHop.keepsAlive(head);
        Framing framing = decoder.framing(head);
        HopByHop.strip(head.headers());
        answered = true;
        reusable = keep && framing.kind() != Framing.Kind.UNTIL_CLOSE;
        user.onHead(head.status().code(), head.headers(), framing);
    }

    private void onContent(UpstreamUser user, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            broken(String.valueOf(content.decoderResult().cause().getMessage()));
            return;
        }
        if (skipToEnd) {
            content.release();
            skipToEnd = !(content instanceof LastHttpContent);
            return;
        }
        ByteBuf octets = content.content();
        if (octets.isReadable()) {
            user.onBody(octets);
        } else {
            octets.release();
        }
        // The user may have let go in the meantime.
        if (content instanceof LastHttpContent last && this.user == user) {
            ended = true;
            user.onEnd(last.trailingHeaders());
        }
    }

    private void broken(String why) {
        @Nullable UpstreamUser before = user;
        abort();
        if (before != null) {
            before.onFailure(new Failure(Failure.Kind.PROTOCOL, why));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        UpstreamUser before = user;
        if (before != null) {
            before.onReadComplete();
        }
        if (ended) {
            user = null;
            ended = false;
            park(context);
        }
    }

    private void park(ChannelHandlerContext context) {
        served++;
        long closesAt = closesAt(Deadline.now(context.executor()));
        if (reusable
                && requestEnded
                && !decoder.hasLeftOver()
                && closesAt != 0
                && context.channel().isActive()) {
            setReading(true);
            if (closesAt != PoolLimits.NEVER) {
                idleDeadline.set(closesAt);
            }
            pool.giveBack(this);
        } else {
            context.close();
        }
    }

    private long closesAt(long now) {
        long idle = pool.way().pools().settings().idleTimeout().toNanos();
        return cluster == null ? now + idle : cluster.breakers().limits().closesAt(now, openedAt, served, idle);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (user != null) {
            user.onWritabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        idleDeadline.cancel();
        forget();
        if (!ended) {
            String how = answered ? "remote_close_in_answer" : "remote_close";
            fail(Failure.Kind.CLOSED, tlsFailure.isEmpty() ? how : tlsFailure);
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset or a failed write: channelInactive follows and tells the user. With TLS 1.3 a server judges
        // us when we believe the handshake complete, so that its alert may come here.
        if (TlsFailure.isTls(cause)) {
            tlsFailure = TlsFailure.words(cause);
        }
        context.close();
    }

    private void forget() {
        if (counted) {
            counted = false;
            if (counting != null) {
                counting.breakers().endConnection();
            }
            pool.onClosed(this);
        }
    }

    private void fail(Failure.Kind kind, String why) {
        endPending();
        @Nullable UpstreamUser before = user;
        user = null;
        if (before != null) {
            before.onFailure(new Failure(kind, why));
        }
    }
}
