package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Headers that concern one connection only (RFC 9110, 7.6.1) and go no further.
public final class HopByHop {
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");

    /// Nominating one of these by Connection would make us drop what later hops decide or trust by: refused.
    private static final Set<String> NOT_NOMINABLE = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "authorization",
            "cookie",
            "content-type",
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-client-cert",
            "x-request-id",
            "traceparent");

    private HopByHop() {}

    /// Removes them, the nominated ones included. Framing headers are {@link Framing}'s.
    ///
    /// @throws MalformedMessageException when Connection nominates what must not be dropped
    public static void strip(HttpHeaders headers) {
        String connection = headers.get(HttpHeaderNames.CONNECTION);
        if (connection != null) {
            List<String> all = headers.getAll(HttpHeaderNames.CONNECTION);
            if (all.size() > 1
                    || (!connection.equalsIgnoreCase("keep-alive") && !connection.equalsIgnoreCase("close"))) {
                stripNominated(headers, all);
            }
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        headers.remove(KEEP_ALIVE);
        headers.remove(PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.UPGRADE);
        headers.remove(HttpHeaderNames.TRAILER);
        headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
        headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
        stripTe(headers);
    }

    /// Trailers are forwarded, so `te: trailers` stays true; nothing else of it does.
    private static void stripTe(HttpHeaders headers) {
        String te = headers.get(HttpHeaderNames.TE);
        if (te != null) {
            boolean trailers = headers.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
            headers.remove(HttpHeaderNames.TE);
            if (trailers) {
                headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
            }
        }
    }

    private static void stripNominated(HttpHeaders headers, List<String> values) {
        for (String value : values) {
            for (String token : value.split(",", -1)) {
                String name = token.trim().toLowerCase(Locale.ROOT);
                if (NOT_NOMINABLE.contains(name)) {
                    throw new MalformedMessageException(400, "connection_nominates_" + name.replace('-', '_'));
                }
                if (!name.isEmpty() && !name.equals("te")) {
                    headers.remove(name);
                }
            }
        }
    }

    /// Whether the connection goes on after this message, as far as its sender is concerned.
    public static boolean keepsAlive(HttpMessage head) {
        return head.protocolVersion().equals(HttpVersion.HTTP_1_1)
                ? !connectionSays(head.headers(), HttpHeaderValues.CLOSE)
                : connectionSays(head.headers(), HttpHeaderValues.KEEP_ALIVE);
    }

    /// Whether a `Connection` option is there, without regard to case.
    public static boolean connectionSays(HttpHeaders headers, AsciiString option) {
        @Nullable String connection = headers.get(HttpHeaderNames.CONNECTION);
        return connection != null
                && (option.contentEqualsIgnoreCase(connection)
                        || headers.containsValue(HttpHeaderNames.CONNECTION, option, true));
    }
}
