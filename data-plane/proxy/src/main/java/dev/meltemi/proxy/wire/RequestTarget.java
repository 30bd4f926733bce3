package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/// What a request line points at, in one of the forms of RFC 9112, 3.2.
///
/// @param path with query; `*` for OPTIONS
/// @param authority of the absolute form, which wins over Host; null in the other forms
public record RequestTarget(String path, @Nullable String authority) {

    /// @throws MalformedMessageException for control characters, spaces, octets above 0x7e, fragments, relative
    /// references, schemes other than http, and `*` without OPTIONS
    public static RequestTarget parse(HttpMethod method, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f) {
                throw new MalformedMessageException(400, "control_character_in_target");
            }
            if (c == '#') {
                throw new MalformedMessageException(400, "fragment_in_target");
            }
        }
        if (text.startsWith("/")) {
            return new RequestTarget(text, null);
        }
        if (text.equals("*") && method.equals(HttpMethod.OPTIONS)) {
            return new RequestTarget(text, null);
        }
        if (text.regionMatches(true, 0, "http://", 0, 7)) {
            return absolute(method, text);
        }
        throw new MalformedMessageException(400, "unsupported_target_form");
    }

    private static RequestTarget absolute(HttpMethod method, String text) {
        int end = 7;
        while (end < text.length() && text.charAt(end) != '/' && text.charAt(end) != '?') {
            end++;
        }
        String authority = text.substring(7, end);
        Authority.check(authority);
        if (end == text.length()) {
            return new RequestTarget(method.equals(HttpMethod.OPTIONS) ? "*" : "/", authority);
        }
        return new RequestTarget(text.charAt(end) == '/' ? text.substring(end) : "/" + text.substring(end), authority);
    }
}
