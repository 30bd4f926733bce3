package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/// Where HTTP/2's decoder puts the fields of one block: pseudo fields into fields, the others straight into an
/// {@link HttpHeaders}, which is what everybody behind reads. What RFC 9113, 8.2 and 8.3 forbid in a block is
/// noted, not thrown: the rest of the block still has to be decoded, since later blocks refer to it.
///
/// Netty's own validation is off where these are decoded.
public final class ReceivedHeaders extends PseudoFields {
    /// Checked here, with the octets of HTTP/2 in hand, so not once more by Netty.
    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    /// Those of RFC 9110, 5.6.2, without upper case (RFC 9113, 8.2).
    private static final boolean[] IN_NAME = new boolean[128];

    static {
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".chars().forEach(c -> IN_NAME[c] = true);
    }

    /// What decodes blocks to these.
    ///
    /// @param mostOctets of the fields of one block
    public static Http2HeadersDecoder decoder(long mostOctets) {
        return new DefaultHttp2HeadersDecoder(false, mostOctets) {
            @Override
            protected Http2Headers newHeaders() {
                return new ReceivedHeaders();
            }
        };
    }

    private final HttpHeaders fields = UNCHECKED.newHeaders();
    private @Nullable CharSequence cookie;
    private @Nullable StringBuilder cookies;
    private @Nullable String malformed;
    private boolean regular;
    private int size;

    /// All but the pseudo fields, names in lower case; a cookie in crumbs is one again (RFC 9113, 8.2.3).
    public HttpHeaders fields() {
        if (cookies != null) {
            fields.set(HttpHeaderNames.COOKIE, cookies.toString());
            cookies = null;
        }
        return fields;
    }

    /// What is wrong with it, as a word for the access log; null: nothing. The first thing that was.
    public @Nullable String malformed() {
        return malformed;
    }

    /// Whether there is any, which trailers mustn't have.
    public boolean hasPseudo() {
        return method() != null || scheme() != null || authority() != null || path() != null || status() != null;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        size++;
        if (malformed != null) {
            return this;
        }
        if (name.length() > 0 && name.charAt(0) == ':') {
            pseudo(name, value);
        } else {
            regular = true;
            field(name, value);
        }
        return this;
    }

    private void pseudo(CharSequence name, CharSequence value) {
        if (regular) {
            malformed = "pseudo_header_after_header";
            return;
        }
        checkValue(value);
        @Nullable CharSequence before = null;
        switch (PseudoHeaderName.getPseudoHeader(name)) {
            case METHOD -> {
                before = method();
                method(value);
            }
            case SCHEME -> {
                before = scheme();
                scheme(value);
            }
            case AUTHORITY -> {
                before = authority();
                authority(value);
            }
            case PATH -> {
                before = path();
                path(value);
            }
            case STATUS -> {
                before = status();
                status(value);
            }
            case PROTOCOL -> malformed = "unknown_pseudo_header";
            case null -> malformed = "unknown_pseudo_header";
        }
        if (before != null) {
            malformed = "duplicate_pseudo_header";
        }
    }

    private void field(CharSequence name, CharSequence value) {
        checkName(name);
        checkValue(value);
        if (malformed != null) {
            return;
        }
        switch (name.length()) {
            case 2 -> {
                if (is(HttpHeaderNames.TE, name) && !HttpHeaderValues.TRAILERS.contentEqualsIgnoreCase(value)) {
                    malformed = "te_other_than_trailers";
                }
            }
            case 6 -> {
                if (is(HttpHeaderNames.COOKIE, name)) {
                    crumb(value);
                    return;
                }
            }
            case 7 -> refuse(HttpHeaderNames.UPGRADE, name);
            case 10 -> {
                refuse(HttpHeaderNames.CONNECTION, name);
                refuse(KEEP_ALIVE, name);
            }
            case 16 -> refuse(PROXY_CONNECTION, name);
            case 17 -> refuse(HttpHeaderNames.TRANSFER_ENCODING, name);
            default -> {}
        }
        fields.add(name, value);
    }

    private static boolean is(AsciiString known, CharSequence name) {
        return known.contentEquals(name);
    }

    private void refuse(AsciiString connections, CharSequence name) {
        if (is(connections, name)) {
            malformed = "connection_specific_header";
        }
    }

    private void crumb(CharSequence value) {
        if (cookie == null) {
            cookie = value;
            fields.add(HttpHeaderNames.COOKIE, value);
            return;
        }
        if (cookies == null) {
            cookies = new StringBuilder(cookie);
        }
        cookies.append("; ").append(value);
    }

    private void checkName(CharSequence name) {
        if (name.isEmpty()) {
            malformed = "empty_header_name";
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= IN_NAME.length || !IN_NAME[c]) {
                malformed = c >= 'A' && c <= 'Z' ? "upper_case_header_name" : "invalid_header_name";
                return;
            }
        }
    }

    /// NUL, CR and LF would end a field in HTTP/1.1; no other control character means anything in one (RFC 9110,
    /// 5.5).
    private void checkValue(CharSequence value) {
        int end = value.length();
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                malformed = "control_character_in_header_value";
                return;
            }
        }
        if (end > 0 && (isSpace(value.charAt(0)) || isSpace(value.charAt(end - 1)))) {
            malformed = "white_space_around_header_value";
        }
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean isEmpty() {
        return size == 0;
    }

    @Override
    public boolean contains(CharSequence name, CharSequence value, boolean caseInsensitive) {
        return fields.contains(name, value, caseInsensitive);
    }
}
