package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What HTTP/2's encoder reads: pseudo fields, then an {@link HttpHeaders} as it is, then what is said on this
/// connection only. Nothing is copied; names come out in lower case (RFC 9113, 8.2).
///
/// To be iterated only, once or several times, and not by two at once: the entry that it hands out is always the
/// same.
public final class SentHeaders extends PseudoFields {
    private static final CharSequence[] NONE = {};
    /// Counted down.
    private static final PseudoHeaderName[] REQUEST = {
        PseudoHeaderName.PATH, PseudoHeaderName.AUTHORITY, PseudoHeaderName.SCHEME, PseudoHeaderName.METHOD
    };

    /// By hash, which an {@link AsciiString} has without regard to case.
    private static final @Nullable AsciiString[] USUAL = new @Nullable AsciiString[256];

    static {
        for (AsciiString name : List.of(
                HttpHeaderNames.ACCEPT_RANGES,
                HttpHeaderNames.AGE,
                HttpHeaderNames.CACHE_CONTROL,
                HttpHeaderNames.CONTENT_DISPOSITION,
                HttpHeaderNames.CONTENT_ENCODING,
                HttpHeaderNames.CONTENT_LANGUAGE,
                HttpHeaderNames.CONTENT_TYPE,
                HttpHeaderNames.ETAG,
                HttpHeaderNames.EXPIRES,
                HttpHeaderNames.LAST_MODIFIED,
                HttpHeaderNames.LOCATION,
                HttpHeaderNames.SERVER,
                HttpHeaderNames.SET_COOKIE,
                HttpHeaderNames.VARY,
                HttpHeaderNames.ACCEPT,
                HttpHeaderNames.ACCEPT_ENCODING,
                HttpHeaderNames.ACCEPT_LANGUAGE,
                HttpHeaderNames.AUTHORIZATION,
                HttpHeaderNames.COOKIE,
                HttpHeaderNames.USER_AGENT,
                // last, so that no other stands in its place
                HttpHeaderNames.DATE)) {
            USUAL[name.hashCode() & (USUAL.length - 1)] = name;
        }
    }

    private final HttpHeaders fields;
    private CharSequence[] after = NONE;

    private SentHeaders(HttpHeaders fields) {
        this.fields = fields;
    }

    /// @param fields not changed, and to be left alone until it is written
    public static SentHeaders request(
            CharSequence method, CharSequence scheme, CharSequence authority, CharSequence path, HttpHeaders fields) {
        var sent = new SentHeaders(fields);
        sent.method(method).scheme(scheme).authority(authority).path(path);
        return sent;
    }

    /// @param status three digits
    /// @param fields as above
    public static SentHeaders response(CharSequence status, HttpHeaders fields) {
        var sent = new SentHeaders(fields);
        sent.status(status);
        return sent;
    }

    /// Without those that have no business behind a body.
    public static SentHeaders trailers(HttpHeaders fields) {
        if (fields instanceof EmptyHttpHeaders) {
            return new SentHeaders(fields);
        }
        Trailers.strip(fields);
        return new SentHeaders(fields);
    }

    /// One more field, behind the others.
    ///
    /// @param name in lower case
    public SentHeaders with(AsciiString name, CharSequence value) {
        after = Arrays.copyOf(after, after.length + 2);
        after[after.length - 2] = name;
        after[after.length - 1] = value;
        return this;
    }

    @Override
    public int size() {
        return pseudo() + fields.size() + after.length / 2;
    }

    private int pseudo() {
        return status() != null ? 1 : method() != null ? 4 : 0;
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    @Override
    public Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
        return new All();
    }

    @Override
    public boolean contains(CharSequence name, CharSequence value, boolean caseInsensitive) {
        return fields.contains(name, value, caseInsensitive);
    }

    private final class All
            implements Iterator<Map.Entry<CharSequence, CharSequence>>, Map.Entry<CharSequence, CharSequence> {
        private final Iterator<Map.Entry<CharSequence, CharSequence>> regular = fields.iteratorCharSequence();
        private int pseudo = pseudo();
        private int more;
        private CharSequence name = "";
        private CharSequence value = "";

        @Override
        public boolean hasNext() {
            return pseudo > 0 || regular.hasNext() || more < after.length;
        }

        @Override
        public Map.Entry<CharSequence, CharSequence> next() {
            if (pseudo > 0) {
                nextPseudo();
            } else if (regular.hasNext()) {
                Map.Entry<CharSequence, CharSequence> field = regular.next();
                name = lowerCase(field.getKey());
                value = field.getValue();
            } else if (more < after.length) {
                name = after[more++];
                value = after[more++];
            } else {
                throw new NoSuchElementException();
            }
            return this;
        }

        private void nextPseudo() {
            PseudoHeaderName which = status() != null ? PseudoHeaderName.STATUS : REQUEST[--pseudo];
            pseudo = which == PseudoHeaderName.STATUS ? 0 : pseudo;
            name = which.value();
            value = Objects.requireNonNull(
                    switch (which) {
                        case METHOD -> method();
                        case SCHEME -> scheme();
                        case AUTHORITY -> authority();
                        case PATH -> path();
                        case STATUS -> status();
                        case PROTOCOL -> throw new IllegalStateException("never sent");
                    });
        }

        @Override
        public CharSequence getKey() {
            return name;
        }

        @Override
        public CharSequence getValue() {
            return value;
        }

        @Override
        public CharSequence setValue(CharSequence other) {
            throw new UnsupportedOperationException("fields that are being sent are read only");
        }
    }

    /// Itself when it already is; else most often one of the usual names, of which no copy is made.
    static CharSequence lowerCase(CharSequence name) {
        AsciiString text = name instanceof AsciiString ascii ? ascii : AsciiString.of(name);
        AsciiString usual = USUAL[text.hashCode() & (USUAL.length - 1)];
        return usual != null && usual.contentEqualsIgnoreCase(text) ? usual : text.toLowerCase();
    }
}
