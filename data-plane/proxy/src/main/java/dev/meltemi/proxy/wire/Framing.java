package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;

/// How the length of a body is told (RFC 9112, 6.3). Taken out of a message's headers once and written anew on
/// the way out: framing headers are never copied.
///
/// @param length octets, for {@link Kind#LENGTH} only
public record Framing(Kind kind, long length) {
    public enum Kind {
        NONE,
        LENGTH,
        CHUNKED,
        /// Answers only: the body ends with the connection.
        UNTIL_CLOSE,
        /// After a 101: octets both ways, each until its sender ends.
        TUNNEL
    }

    public static final Framing NONE = new Framing(Kind.NONE, 0);
    public static final Framing EMPTY = new Framing(Kind.LENGTH, 0);
    public static final Framing CHUNKED = new Framing(Kind.CHUNKED, -1);
    public static final Framing UNTIL_CLOSE = new Framing(Kind.UNTIL_CLOSE, -1);
    public static final Framing TUNNEL = new Framing(Kind.TUNNEL, -1);

    /// Whether octets of a body can follow.
    public boolean hasBody() {
        return kind != Kind.NONE && length != 0;
    }

    public boolean isTunnel() {
        return kind == Kind.TUNNEL;
    }

    /// Removes content-length and transfer-encoding and says what they meant.
    ///
    /// @param http11 not HTTP/1.0, which knows no chunks
    /// @param otherwise when neither is there
    /// @throws MalformedMessageException when they contradict each other, repeat, or name another coding than
    /// chunked
    public static Framing take(HttpHeaders headers, boolean http11, Framing otherwise) {
        String coding = headers.get(HttpHeaderNames.TRANSFER_ENCODING);
        if (coding != null) {
            return takeCoding(headers, http11, coding);
        }
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length == null) {
            return otherwise;
        }
        if (headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1) {
            throw new MalformedMessageException(400, "duplicate_content_length");
        }
        headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        long octets = octets(length);
        return octets == 0 ? EMPTY : new Framing(Kind.LENGTH, octets);
    }

    private static Framing takeCoding(HttpHeaders headers, boolean http11, String coding) {
        List<String> all = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!http11) {
            throw new MalformedMessageException(400, "transfer_encoding_in_http_1_0");
        }
        if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            throw new MalformedMessageException(400, "content_length_and_transfer_encoding");
        }
        if (all.size() > 1) {
            throw new MalformedMessageException(400, "duplicate_transfer_encoding");
        }
        if (!coding.equalsIgnoreCase("chunked")) {
            throw new MalformedMessageException(
                    coding.toLowerCase(Locale.ROOT).contains("chunked") ? 400 : 501, "unsupported_transfer_encoding");
        }
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        return CHUNKED;
    }

    /// 1*DIGIT and nothing else: no sign, no list, no space.
    static long octets(String text) {
        if (text.isEmpty() || text.length() > 18) {
            throw new MalformedMessageException(400, "invalid_content_length");
        }
        long octets = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new MalformedMessageException(400, "invalid_content_length");
            }
            octets = octets * 10 + digit;
        }
        return octets;
    }
}
