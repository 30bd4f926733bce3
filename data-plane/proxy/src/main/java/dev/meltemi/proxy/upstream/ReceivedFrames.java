package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.proxy.wire.ReceivedHeaders;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/// What an endpoint sends over HTTP/2, told to the stream that it is for. Netty has checked by now that a frame of that
/// kind may come there and then.
final class ReceivedFrames implements Http2FrameListener {
    private final Http2Codec codec;
    private final IdleFrames idle = new IdleFrames();

    ReceivedFrames(Http2Codec codec) {
        this.codec = codec;
    }

    @Override
    public int onDataRead(ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end)
            throws Http2Exception {
        if (data.isReadable() || end) {
            idle.progress();
        } else {
            idle.count(ctx);
        }
        LentStream stream = codec.lent(streamId);
        return stream == null ? data.readableBytes() + padding : stream.onData(data, padding, end);
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end) {
        idle.progress();
        LentStream stream = codec.lent(streamId);
        if (stream != null) {
            stream.onHeaders((ReceivedHeaders) headers, end);
        }
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext ctx,
            int streamId,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean end) {
        onHeadersRead(ctx, streamId, headers, padding, end);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) throws Http2Exception {
        LentStream stream = codec.lent(streamId);
        if (stream == null) {
            idle.count(ctx);
        } else if (errorCode == Http2Error.REFUSED_STREAM.code()) {
            stream.fail(Failure.Kind.REFUSED, "");
        } else {
            Http2Error known = Http2Error.valueOf(errorCode);
            stream.fail(Failure.Kind.RESET, known == null ? "error_" + errorCode : known.name());
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
        idle.count(ctx);
        codec.owner().onSettings(codec.streamsOfPeer());
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext ctx) {
        // Nothing waits for it.
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
        idle.count(ctx);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
        idle.count(ctx);
        codec.owner().onPong();
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData) {
        codec.owner().leave();
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment) throws Http2Exception {
        if (codec.lent(streamId) == null && streamId != 0) {
            idle.count(ctx);
        }
    }

    @Override
    public void onPriorityRead(ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
            throws Http2Exception {
        idle.count(ctx);
    }

    @Override
    public void onPushPromiseRead(
            ChannelHandlerContext ctx, int streamId, int promisedStreamId, Http2Headers headers, int padding)
            throws Http2Exception {
        throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "pushed although push is off");
    }

    @Override
    public void onUnknownFrame(ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload)
            throws Http2Exception {
        idle.count(ctx);
    }
}
