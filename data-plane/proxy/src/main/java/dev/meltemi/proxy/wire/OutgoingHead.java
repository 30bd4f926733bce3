package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// The head of a request on its way to an endpoint, whatever protocol will carry it. Connection, framing and Host
/// aren't among the headers: each protocol has its own words for those.
///
/// @param scheme `http` or `https`, as the caller asked
/// @param path with query
/// @param headers not changed by writing them
/// @param attempt counted from 1, told upstream as `x-envoy-attempt-count`
/// @param upgrade protocol that the caller wants to go on with, which HTTP/1.1 alone can carry; null: none
/// @param introduction who we are, for a peer that doesn't know yet; null: it does
public record OutgoingHead(
        HttpMethod method,
        String scheme,
        String path,
        String authority,
        HttpHeaders headers,
        Framing framing,
        int attempt,
        @Nullable AsciiString upgrade,
        @Nullable AsciiString introduction) {
    public static final AsciiString ATTEMPT = AsciiString.cached("x-envoy-attempt-count");
    /// Istio's proxies use the same name for another encoding, which they ignore when they can't read it, as we do
    /// theirs.
    public static final AsciiString INTRODUCTION = AsciiString.cached("x-envoy-peer-metadata");

    /// The same for a connection that has been chosen since.
    public OutgoingHead introducing(@Nullable AsciiString labels) {
        return labels == null
                ? this
                : new OutgoingHead(method, scheme, path, authority, headers, framing, attempt, upgrade, labels);
    }

    /// As HTTP/2 says it (RFC 9113, 8.3.1); the length, where it is known, is what DATA frames have to add up to.
    public SentHeaders toHttp2() {
        SentHeaders sent = SentHeaders.request(method.asciiName(), scheme, authority, path, headers)
                .with(ATTEMPT, Integer.toString(attempt));
        if (framing.kind() == Framing.Kind.LENGTH) {
            sent.with(HttpHeaderNames.CONTENT_LENGTH, Long.toString(framing.length()));
        }
        return introduction == null ? sent : sent.with(INTRODUCTION, introduction);
    }

    public boolean isHead() {
        return method.equals(HttpMethod.HEAD);
    }
}
