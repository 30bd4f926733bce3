package dev.meltemi.proxy.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
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
    private static final int COLON_SPACE = (':' << 8) | ' ';
    private static final int CRLF = ('\r' << 8) | '\n';
    private static final AsciiString VERSION_SPACE = AsciiString.cached("HTTP/1.1 ");
    private static final AsciiString SPACE_VERSION_HOST = AsciiString.cached(" HTTP/1.1\r\nhost: ");
    private static final AsciiString CHUNKED = AsciiString.cached("transfer-encoding: chunked\r\n");
    private static final int TYPICAL_HEAD = 512;

    private HeadWriter() {}

    public static ByteBuf request(ByteBufAllocator allocator, OutgoingHead head) {
        ByteBuf out = allocator.ioBuffer(TYPICAL_HEAD);
        ByteBufUtil.writeAscii(out, head.method().asciiName());
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, head.path());
        ByteBufUtil.writeAscii(out, SPACE_VERSION_HOST);
        ByteBufUtil.writeAscii(out, head.authority());
        out.writeShort(CRLF);
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
        out.writeShort(CRLF);
        return out;
    }

    /// @param connection what to say in `connection`, null: nothing
    public static ByteBuf response(
            ByteBufAllocator allocator,
            HttpResponseStatus status,
            HttpHeaders headers,
            Framing framing,
            @Nullable AsciiString connection) {
        ByteBuf out = allocator.ioBuffer(TYPICAL_HEAD);
        ByteBufUtil.writeAscii(out, VERSION_SPACE);
        ByteBufUtil.writeAscii(out, status.codeAsText());
        out.writeByte(' ');
        ByteBufUtil.writeAscii(out, status.reasonPhrase());
        out.writeShort(CRLF);
        lines(out, headers);
        framing(out, framing);
        if (connection != null) {
            line(out, HttpHeaderNames.CONNECTION, connection);
        }
        out.writeShort(CRLF);
        return out;
    }

    private static void framing(ByteBuf out, Framing framing) {
        switch (framing.kind()) {
            case LENGTH -> line(out, HttpHeaderNames.CONTENT_LENGTH, Long.toString(framing.length()));
            case CHUNKED -> ByteBufUtil.writeAscii(out, CHUNKED);
            case NONE, UNTIL_CLOSE, TUNNEL -> {}
        }
    }

    static void lines(ByteBuf out, HttpHeaders headers) {
        Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
        while (all.hasNext()) {
            Map.Entry<CharSequence, CharSequence> header = all.next();
            line(out, header.getKey(), header.getValue());
        }
    }

    private static void line(ByteBuf out, CharSequence name, CharSequence value) {
        ByteBufUtil.writeAscii(out, name);
        out.writeShort(COLON_SPACE);
        ByteBufUtil.writeAscii(out, value);
        out.writeShort(CRLF);
    }
}
