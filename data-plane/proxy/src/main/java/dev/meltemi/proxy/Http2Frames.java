package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.ReceivedHeaders;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/// What Netty's decoder has understood of a caller's frames, on its way to the request that it belongs to.
final class Http2Frames extends Http2EventAdapter implements Http2RemoteFlowController.Listener {
    private final Http2ClientConnection connection;
    private final Http2Codec codec;

    Http2Frames(Http2ClientConnection connection, Http2Codec codec) {
        this.connection = connection;
        this.codec = codec;
    }

    /// A request's head, or its trailers: the decoder lets a second block through only if it ends the stream.
    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int streamId,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean ended)
            throws Http2Exception {
        Http2Downstream known = connection.on(streamId);
        if (known == null) {
            codec.floods.opened();
            connection.open(streamId).begin((ReceivedHeaders) headers, ended, codec.gate.octets());
        } else {
            known.trailers((ReceivedHeaders) headers, codec.gate.octets());
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean ended)
            throws Http2Exception {
        Http2Downstream request = connection.on(streamId);
        if (request == null) {
            return data.readableBytes() + padding;
        }
        return padding + request.data(data, ended, codec.gate.octets());
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int streamId, long errorCode) throws Http2Exception {
        Http2Downstream request = connection.on(streamId);
        if (request != null && request.left()) {
            codec.floods.resetEarly();
        }
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) {
        connection.heard(data);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment) {
        Http2Downstream request = connection.on(streamId);
        if (request != null) {
            request.active();
        }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        connection.closed(stream);
    }

    @Override
    public void writabilityChanged(Http2Stream stream) {
        Http2Downstream request = connection.on(stream);
        if (request != null) {
            request.onWritability();
        }
    }
}
