package dev.meltemi.proxy;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.Locale;

/// How a breach of HTTP/2 is told in logs.
final class Http2Words {
    static final String LATE_HEAD = "request_head_timeout";

    private Http2Words() {}

    /// Fields on a stream whose request is complete (RFC 9113, 5.1, half-closed (remote)), which Netty takes for
    /// another mistake.
    static Http2Exception.StreamException behindEnd(int stream) {
        return (Http2Exception.StreamException)
                Http2Exception.streamError(stream, Http2Error.STREAM_CLOSED, "fields behind the request's end");
    }

    /// `http2.protocol_error|…`, with what Netty or we found.
    static String of(Http2Exception error) {
        Http2Error code = error.error();
        return "http2." + code.name().toLowerCase(Locale.ROOT) + "|" + error.getMessage();
    }
}
