package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.ReceivedHeaders;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2PromisedRequestVerifier;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;

/// Netty's parts of an HTTP/2 connection, put together for a caller's: no push, no priorities (RFC 9113, 5.3.2), and
/// fields that are decoded to where they stay.
final class Http2Codec {
    final Http2Floods floods;
    final Http2Gate gate;
    final Http2ConnectionDecoder decoder;
    final Http2ConnectionEncoder encoder;
    final Http2Settings settings;
    private final Measured fields;

    Http2Codec(Http2Limits limits, int head) {
        floods = new Http2Floods(limits.resets());
        fields = new Measured(limits.headerTable());
        var connection = new DefaultHttp2Connection(true, 0);
        connection.remote().maxActiveStreams(limits.streams());
        connection
                .remote()
                .flowController(
                        new DefaultHttp2RemoteFlowController(connection, new UniformStreamByteDistributor(connection)));
        gate = new Http2Gate(new DefaultHttp2FrameReader(ReceivedHeaders.decoder(head)), floods);
        encoder = new DefaultHttp2ConnectionEncoder(connection, new DefaultHttp2FrameWriter(fields));
        decoder = new DefaultHttp2ConnectionDecoder(
                connection, encoder, gate, Http2PromisedRequestVerifier.ALWAYS_VERIFY, true, true, false);
        settings = new Http2Settings()
                .maxConcurrentStreams(limits.streams())
                .initialWindowSize(limits.streamWindow())
                .headerTableSize(limits.headerTable())
                .maxHeaderListSize(head);
    }

    /// Octets of the block of fields that was encoded last.
    int blockOctets() {
        return fields.octets;
    }

    private static final class Measured extends DefaultHttp2HeadersEncoder {
        private final long mostTable;
        private int octets;

        Measured(long mostTable) {
            super(Http2HeadersEncoder.NEVER_SENSITIVE, true);
            this.mostTable = mostTable;
        }

        /// However much a caller would keep: it is our memory too.
        @Override
        public void maxHeaderTableSize(long max) throws Http2Exception {
            super.maxHeaderTableSize(Math.min(max, mostTable));
        }

        @Override
        public void encodeHeaders(int streamId, Http2Headers headers, ByteBuf buffer) throws Http2Exception {
            int before = buffer.readableBytes();
            super.encodeHeaders(streamId, headers, buffer);
            octets = buffer.readableBytes() - before;
        }
    }
}
