package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Leaving HTTP/1.1 for another protocol on the same connection (RFC 9110, 7.8). Only WebSocket's is passed on (RFC
/// 6455, 4), on every listener, as Istio's proxies do. Another is dropped and its request answered plainly, which the
/// RFC allows: Envoy's 403 fails clients that offer `TLS/1.2` or `h2c` by habit and don't insist.
public final class Upgrade {
    public static final AsciiString WEBSOCKET = AsciiString.cached("websocket");

    private Upgrade() {}

    /// @param framing of the request: with a body it can't be told where the tunnel begins, so it is no upgrade
    /// @return what to ask the endpoint for; null: nothing
    public static @Nullable AsciiString wanted(HttpMethod method, HttpHeaders headers, Framing framing) {
        boolean wanted = method.equals(HttpMethod.GET) && framing.kind() == Framing.Kind.NONE && saysWebsocket(headers);
        return wanted ? WEBSOCKET : null;
    }

    /// Whether a 101 is the answer to what we asked.
    public static boolean isAgreed(@Nullable AsciiString asked, HttpHeaders answer) {
        return asked != null && saysWebsocket(answer);
    }

    /// Takes out of the head of a 101 what goes no further.
    ///
    /// @throws MalformedMessageException as {@link HopByHop#strip}
    public static void strip(HttpHeaders answer) {
        answer.remove(HttpHeaderNames.CONTENT_LENGTH);
        answer.remove(HttpHeaderNames.TRANSFER_ENCODING);
        HopByHop.strip(answer);
    }

    private static boolean saysWebsocket(HttpHeaders headers) {
        List<String> tokens = headers.getAll(HttpHeaderNames.UPGRADE);
        return tokens.size() == 1
                && WEBSOCKET.contentEqualsIgnoreCase(tokens.getFirst())
                && HopByHop.connectionSays(headers, HttpHeaderValues.UPGRADE);
    }
}
