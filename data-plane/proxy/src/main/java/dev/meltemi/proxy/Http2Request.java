package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.FieldCount;
import dev.meltemi.proxy.wire.MalformedMessageException;
import dev.meltemi.proxy.wire.ReceivedHeaders;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/// What a block of HTTP/2's fields must have to begin a request (RFC 9113, 8.3.1 and 8.5). What a request in either
/// protocol must have is {@link RequestValidation}'s.
final class Http2Request {
    private static final String NONE = "-";

    private Http2Request() {}

    /// @param ended whether no body follows
    /// @return what is wrong with it, null: nothing
    @Nullable
    static String malformed(ReceivedHeaders received, boolean ended) {
        if (received.malformed() != null) {
            return received.malformed();
        }
        if (received.status() != null) {
            return "status_in_request";
        }
        CharSequence method = received.method();
        if (method == null || !isToken(method)) {
            return method == null ? "missing_method" : "invalid_method";
        }
        if (HttpMethod.CONNECT.asciiName().contentEquals(method)) {
            boolean plain = received.scheme() == null && received.path() == null;
            return plain && received.authority() != null ? null : "malformed_connect";
        }
        CharSequence path = received.path();
        if (received.scheme() == null) {
            return "missing_scheme";
        }
        if (path == null || path.isEmpty()) {
            return "missing_path";
        }
        String length = ended ? received.fields().get(HttpHeaderNames.CONTENT_LENGTH) : null;
        return length == null || length.equals("0") ? null : "content_length_without_body";
    }

    private static boolean isToken(CharSequence method) {
        for (int i = 0; i < method.length(); i++) {
            char c = method.charAt(i);
            boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            boolean other = (c >= '0' && c <= '9') || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
            if (!letter && !other) {
                return false;
            }
        }
        return !method.isEmpty();
    }

    static HttpMethod method(ReceivedHeaders received) {
        CharSequence method = received.method();
        return HttpMethod.valueOf(method == null || !isToken(method) ? NONE : method.toString());
    }

    static String target(ReceivedHeaders received) {
        CharSequence target = received.path();
        return target == null ? NONE : target.toString();
    }

    /// Empty when the caller names it in `host`.
    static String authority(ReceivedHeaders received) {
        CharSequence authority = received.authority();
        return authority == null ? "" : authority.toString();
    }

    /// Whether it is one that we serve: what is well-formed and still isn't ours gets an answer.
    static DecoderResult judged(ReceivedHeaders received, int mostFields) {
        CharSequence scheme = received.scheme();
        boolean ours = scheme == null || "http".contentEquals(scheme) || "https".contentEquals(scheme);
        if (!ours) {
            return DecoderResult.failure(new MalformedMessageException(400, "unsupported_scheme"));
        }
        String tooMany = FieldCount.ofHead(received.fields(), mostFields);
        return tooMany == null
                ? DecoderResult.SUCCESS
                : DecoderResult.failure(new MalformedMessageException(431, tooMany));
    }
}
