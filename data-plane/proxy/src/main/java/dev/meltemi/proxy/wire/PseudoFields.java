package dev.meltemi.proxy.wire;

import io.netty.handler.codec.EmptyHeaders;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/// The pseudo fields of HTTP/2 (RFC 9113, 8.3), each in a field of its own. As {@link Http2Headers} it has no
/// others.
abstract sealed class PseudoFields extends EmptyHeaders<CharSequence, CharSequence, Http2Headers>
        implements Http2Headers permits ReceivedHeaders, SentHeaders {
    private @Nullable CharSequence method;
    private @Nullable CharSequence scheme;
    private @Nullable CharSequence authority;
    private @Nullable CharSequence path;
    private @Nullable CharSequence status;

    @Override
    public @Nullable CharSequence method() {
        return method;
    }

    @Override
    public @Nullable CharSequence scheme() {
        return scheme;
    }

    @Override
    public @Nullable CharSequence authority() {
        return authority;
    }

    @Override
    public @Nullable CharSequence path() {
        return path;
    }

    @Override
    public @Nullable CharSequence status() {
        return status;
    }

    @Override
    public Http2Headers method(CharSequence value) {
        method = value;
        return this;
    }

    @Override
    public Http2Headers scheme(CharSequence value) {
        scheme = value;
        return this;
    }

    @Override
    public Http2Headers authority(CharSequence value) {
        authority = value;
        return this;
    }

    @Override
    public Http2Headers path(CharSequence value) {
        path = value;
        return this;
    }

    @Override
    public Http2Headers status(CharSequence value) {
        status = value;
        return this;
    }
}
