package dev.meltemi.proxy.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/// Writes a body piece by piece in the framing that the head announced.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
public final class BodyWriter {
    private static final int CRLF = ('\r' << 8) | '\n';
    private static final ByteBuf END_OF_CHUNK = constant("\r\n");
    private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");

    private BodyWriter() {}

    private static ByteBuf constant(String text) {
        byte[] octets = text.getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(octets.length).writeBytes(octets).asReadOnly());
    }

    /// Takes ownership of `octets`, which aren't empty.
    ///
    /// @return octets on the wire
    public static long write(ChannelHandlerContext ctx, Framing framing, ByteBuf octets) {
        int size = octets.readableBytes();
        if (framing.kind() != Framing.Kind.CHUNKED) {
            ctx.write(octets, ctx.voidPromise());
            return size;
        }
        ByteBuf head = ctx.alloc().ioBuffer(16);
        ByteBufUtil.writeAscii(head, Integer.toHexString(size));
        head.writeShort(CRLF);
        int overhead = head.readableBytes() + 2;
        ctx.write(head, ctx.voidPromise());
        ctx.write(octets, ctx.voidPromise());
        ctx.write(END_OF_CHUNK.duplicate(), ctx.voidPromise());
        return (long) size + overhead;
    }

    /// Ends a body that came to its end. Never called for a broken one.
    ///
    /// @return octets on the wire
    public static long end(ChannelHandlerContext ctx, Framing framing, HttpHeaders trailers) {
        if (framing.kind() != Framing.Kind.CHUNKED) {
            return 0;
        }
        if (trailers.isEmpty()) {
            ctx.write(LAST_CHUNK.duplicate(), ctx.voidPromise());
            return 5;
        }
        Trailers.strip(trailers);
        ByteBuf last = HeadWriter.trailers(ctx.alloc(), trailers);
        int size = last.readableBytes();
        ctx.write(last, ctx.voidPromise());
        return size;
    }
}
