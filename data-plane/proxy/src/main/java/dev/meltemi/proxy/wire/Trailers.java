package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/// Fields that mean framing, routing or authentication have no business behind a body (RFC 9110, 6.5.1).
final class Trailers {
    private static final List<AsciiString> FORBIDDEN = List.of(
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.CONTENT_LENGTH,
            HttpHeaderNames.HOST,
            HttpHeaderNames.CONNECTION,
            HttpHeaderNames.UPGRADE,
            HttpHeaderNames.TE,
            HttpHeaderNames.TRAILER,
            HttpHeaderNames.EXPECT,
            HttpHeaderNames.AUTHORIZATION,
            HttpHeaderNames.PROXY_AUTHORIZATION,
            HttpHeaderNames.COOKIE,
            HttpHeaderNames.SET_COOKIE,
            HttpHeaderNames.CONTENT_TYPE,
            HttpHeaderNames.CONTENT_ENCODING,
            HttpHeaderNames.CONTENT_RANGE,
            HttpHeaderNames.CACHE_CONTROL,
            AsciiString.cached("keep-alive"),
            AsciiString.cached("proxy-connection"),
            AsciiString.cached("forwarded"),
            AsciiString.cached("x-forwarded-for"),
            AsciiString.cached("x-forwarded-client-cert"),
            AsciiString.cached("x-request-id"),
            AsciiString.cached("traceparent"));

    private Trailers() {}

    static void strip(HttpHeaders trailers) {
        for (AsciiString name : FORBIDDEN) {
            trailers.remove(name);
        }
    }
}
