package dev.meltemi.proxy.wire;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/// How many fields a head may have, or what follows a body: whoever looks one up among thousands works for each of
/// them (Envoy: `max_headers_count`).
public final class FieldCount {
    private FieldCount() {}

    /// What is wrong with a head, as a word for the access log; null: nothing.
    public static @Nullable String ofHead(HttpHeaders fields, int most) {
        return fields.size() > most ? "too_many_headers" : null;
    }

    /// As {@link #ofHead}, of what follows a body.
    public static @Nullable String ofTrailers(HttpHeaders fields, int most) {
        return fields.size() > most ? "too_many_trailers" : null;
    }

    /// Marks what HTTP/1.1's decoder has read as malformed if it has too many.
    static void check(Object part, int most, int status) {
        String wrong = null;
        if (part instanceof HttpMessage head) {
            wrong = ofHead(head.headers(), most);
            if (wrong != null && head.decoderResult().isSuccess()) {
                head.setDecoderResult(DecoderResult.failure(new MalformedMessageException(status, wrong)));
            }
        } else if (part instanceof LastHttpContent last) {
            wrong = ofTrailers(last.trailingHeaders(), most);
            if (wrong != null && last.decoderResult().isSuccess()) {
                last.setDecoderResult(DecoderResult.failure(new MalformedMessageException(status, wrong)));
            }
        }
    }
}
