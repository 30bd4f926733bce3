package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.TlsFailure;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.proxy.wire.OutgoingHead;
import dev.meltemi.proxy.wire.ReceivedHeaders;
import dev.meltemi.proxy.wire.SentHeaders;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// HTTP/2 towards an endpoint: Netty's codec and flow control, one handler for all streams of a connection and no
/// channel for any of them.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the stream or the channel, and that is heard
final class Http2Codec extends Http2ConnectionHandler {
    /// Octets of one answer that may be on their way while its caller doesn't read: what a slow caller costs at most.
    static final int STREAM_WINDOW = 256 * 1024;
    /// Of all answers together. Refilled whoever reads, so that a slow caller holds up nobody but itself.
    private static final int CONNECTION_WINDOW = 1024 * 1024;
    /// How long streams that were reset may hold up the end.
    private static final long CLOSING_MILLIS = 1000;

    private static final long PING = 0x6d656c74656d6921L;

    /// What a stream has heard in the read that goes on.
    private record Touched(LentStream stream, UpstreamUser user) {}

    private final SharedConnection owner;
    private final Http2Connection.PropertyKey lent;
    private final List<Touched> touched = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    private boolean flushing;
    private Failure.@Nullable Kind lostBy;
    private String lostWhy = "remote_close";

    private Http2Codec(
            SharedConnection owner,
            Http2ConnectionDecoder decoder,
            Http2ConnectionEncoder encoder,
            Http2Settings settings) {
        super(decoder, encoder, settings);
        this.owner = owner;
        this.lent = connection().newKey();
        gracefulShutdownTimeoutMillis(CLOSING_MILLIS);
        decoder.frameListener(new ReceivedFrames(this));
        encoder.flowController().listener(this::onWritable);
        connection().addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                streamClosed(stream);
            }
        });
    }

    static Http2Codec of(SharedConnection owner, UpstreamSettings settings) {
        int head = settings.responses().getMaxHeaderSize();
        var connection = new DefaultHttp2Connection(false);
        connection
                .local()
                .flowController(new DefaultHttp2LocalFlowController(
                        connection, DefaultHttp2LocalFlowController.DEFAULT_WINDOW_UPDATE_RATIO, true));
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        var encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter());
        var reader = new DefaultHttp2FrameReader(ReceivedHeaders.decoder(head));
        var decoder = new DefaultHttp2ConnectionDecoder(
                connection, encoder, reader, Http2PromisedRequestVerifier.ALWAYS_VERIFY, true, true, false);
        return new Http2Codec(
                owner,
                decoder,
                encoder,
                new Http2Settings()
                        .pushEnabled(false)
                        .initialWindowSize(STREAM_WINDOW)
                        .maxHeaderListSize(head));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws Exception {
        ctx = context;
        super.handlerAdded(context);
        connection()
                .local()
                .flowController()
                .incrementWindowSize(connection().connectionStream(), CONNECTION_WINDOW - 65_535);
        flushSoon();
    }

    SharedConnection owner() {
        return owner;
    }

    // ---- requests

    /// How many streams the peer takes at a time.
    long streamsOfPeer() {
        return connection().local().maxActiveStreams();
    }

    boolean canOpen() {
        return ctx.channel().isActive() && connection().local().canOpenStream();
    }

    /// @return null when there is no number left for it, or the connection has just ended
    @Nullable
    Http2Stream open(LentStream request, OutgoingHead head, boolean end) {
        int number = connection().local().incrementAndGetNextStreamId();
        if (number < 0 || !canOpen()) {
            owner.takeNoMore();
            return null;
        }
        SentHeaders headers = head.toHttp2();
        encoder().writeHeaders(ctx, number, headers, 0, end, ctx.newPromise());
        Http2Stream stream = connection().stream(number);
        if (stream != null) {
            stream.setProperty(lent, request);
        }
        return stream;
    }

    /// @param octets now the connection's
    void writeData(Http2Stream stream, ByteBuf octets, boolean end) {
        encoder().writeData(ctx, stream.id(), octets, 0, end, ctx.newPromise());
    }

    void end(Http2Stream stream, HttpHeaders trailers) {
        if (trailers.isEmpty()) {
            writeData(stream, Unpooled.EMPTY_BUFFER, true);
        } else {
            encoder().writeHeaders(ctx, stream.id(), SentHeaders.trailers(trailers), 0, true, ctx.newPromise());
        }
    }

    boolean isWritable(Http2Stream stream) {
        return encoder().flowController().isWritable(stream);
    }

    private void onWritable(Http2Stream stream) {
        LentStream request = stream.getProperty(lent);
        if (request != null) {
            request.onWritable();
        }
    }

    void reset(Http2Stream stream, Http2Error why) {
        resetStream(ctx, stream.id(), why.code(), ctx.newPromise());
        flushSoon();
    }

    /// More of an answer is wanted.
    void consume(Http2Stream stream, int octets) {
        try {
            if (connection().local().flowController().consumeBytes(stream, octets)) {
                flushSoon();
            }
        } catch (Http2Exception e) {
            onError(ctx, true, e);
        }
    }

    /// Together with what other requests have written by then.
    void flushSoon() {
        if (!flushing) {
            flushing = true;
            ctx.executor().execute(this::flushNow);
        }
    }

    private void flushNow() {
        flushing = false;
        if (ctx.channel().isActive()) {
            flush(ctx);
        }
    }

    void ping() {
        encoder().writePing(ctx, false, PING, ctx.newPromise());
        flushSoon();
    }

    // ---- answers

    @Nullable
    LentStream lent(int number) {
        Http2Stream stream = connection().stream(number);
        return stream == null ? null : stream.getProperty(lent);
    }

    void touched(LentStream stream, UpstreamUser user) {
        touched.add(new Touched(stream, user));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
        for (int i = 0; i < touched.size(); i++) {
            touched.get(i).stream().onReadComplete(touched.get(i).user());
        }
        touched.clear();
        super.channelReadComplete(context);
    }

    /// Whatever it was, the slot is free again.
    private void streamClosed(Http2Stream stream) {
        LentStream request = stream.removeProperty(lent);
        if (request == null) {
            return;
        }
        boolean unseen = connection().goAwayReceived()
                && stream.id() > connection().local().lastStreamKnownByPeer();
        if (unseen) {
            request.onClosed(Failure.Kind.UNSEEN, "goaway");
        } else {
            request.onClosed(lostBy == null ? Failure.Kind.CLOSED : lostBy, lostWhy);
        }
    }

    // ---- the end

    void close() {
        ctx.close();
    }

    /// Whoever has a stream hears this.
    void lose(Failure.Kind kind, String why) {
        if (lostBy == null) {
            lostBy = kind;
            lostWhy = why;
        }
        Closing.now(ctx);
    }

    @Override
    protected void onConnectionError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, @Nullable Http2Exception error) {
        if (lostBy == null) {
            lostBy = Failure.Kind.PROTOCOL;
            lostWhy = word(error == null ? Http2Error.INTERNAL_ERROR : error.error());
        }
        owner.takeNoMore();
        super.onConnectionError(context, outbound, cause, error);
    }

    @Override
    protected void onStreamError(
            ChannelHandlerContext context, boolean outbound, Throwable cause, Http2Exception.StreamException error) {
        LentStream request = lent(error.streamId());
        if (request == null) {
            super.onStreamError(context, outbound, cause, error);
        } else {
            request.broken(
                    error instanceof Http2Exception.HeaderListSizeException ? "headers_too_long" : word(error.error()));
        }
    }

    private static String word(Http2Error error) {
        return "http2_" + error.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        owner.takeNoMore();
        super.channelInactive(context);
        owner.onClosed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        if (TlsFailure.isTls(cause)) {
            // With TLS 1.3 a server judges us when we believe the handshake complete.
            lose(Failure.Kind.CLOSED, TlsFailure.words(cause));
        } else if (cause instanceof Http2Exception) {
            super.exceptionCaught(context, cause);
        } else {
            Closing.now(context);
        }
    }
}
