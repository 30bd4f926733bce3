package dev.meltemi.proxy.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes heads straight from decoded headers into one buffer. Host and framing are written here and nowhere
/// else.
public final class HeadWriter {
    private static final AsciiString SPACE = AsciiString.cached(" ");
    private static final AsciiString COLON_SPACE = AsciiString.cached(": ");
    private static final AsciiString CRLF = AsciiString.cached("\r\n");
    private static final AsciiString ZERO = AsciiString.cached("0\r\n");
    private static final AsciiString VERSION_SPACE = AsciiString.cached("HTTP/1.1 ");
    private static final AsciiString SPACE_VERSION_HOST = AsciiString.cached(" HTTP/1.1\r\nhost: ");
    private static final AsciiString CHUNKED = AsciiString.cached("transfer-encoding: chunked\r\n");

    private HeadWriter() {}

    public static ByteBuf request(ByteBufAllocator allocator, OutgoingHead head) {
        HeadText out = HeadText.begin();
        out.add(head.method().asciiName());
        out.add(SPACE);
        out.add(head.path());
        out.add(SPACE_VERSION_HOST);
        out.add(head.authority());
        out.add(CRLF);
        lines(out, head.headers());
        line(out, OutgoingHead.ATTEMPT, Integer.toString(head.attempt()));
        AsciiString introduction = head.introduction();
        if (introduction != null) {
            line(out, OutgoingHead.INTRODUCTION, introduction);
        }
        framing(out, head.framing());
        AsciiString upgrade = head.upgrade();
        if (upgrade != null) {
            line(out, HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            line(out, HttpHeaderNames.UPGRADE, upgrade);
        }
        out.add(CRLF);
        return out.copy(allocator);
    }

    /// @param connection what to say in `connection`, null: nothing
    public static ByteBuf response(
            ByteBufAllocator allocator,
            HttpResponseStatus status,
            HttpHeaders headers,
            Framing framing,
            @Nullable AsciiString connection) {
        HeadText out = HeadText.begin();
        out.add(VERSION_SPACE);
        out.add(status.codeAsText());
        out.add(SPACE);
        out.add(status.reasonPhrase());
        out.add(CRLF);
        lines(out, headers);
        framing(out, framing);
        if (connection != null) {
            line(out, HttpHeaderNames.CONNECTION, connection);
        }
        out.add(CRLF);
        return out.copy(allocator);
    }

    /// The last chunk of a body and what follows it.
    static ByteBuf trailers(ByteBufAllocator allocator, HttpHeaders trailers) {
        HeadText out = HeadText.begin();
        out.add(ZERO);
        lines(out, trailers);
        out.add(CRLF);
        return out.copy(allocator);
    }

    private static void framing(HeadText out, Framing framing) {
        switch (framing.kind()) {
            case LENGTH -> line(out, HttpHeaderNames.CONTENT_LENGTH, Long.toString(framing.length()));
            case CHUNKED -> out.add(CHUNKED);
            case NONE, UNTIL_CLOSE, TUNNEL -> {}
        }
    }

    private static void lines(HeadText out, HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            line(out, header.getKey(), header.getValue());
        }
    }

    private static void line(HeadText out, CharSequence name, CharSequence value) {
        out.add(name);
        out.add(COLON_SPACE);
        out.add(value);
        out.add(CRLF);
    }
}
