package dev.meltemi.proxy.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/// Netty's decoder without its tolerance: one space between the words of a request line, a known version, no
/// content-length beside a transfer-encoding, no header over several lines. Counts the octets of what it emits.
public final class StrictRequestDecoder extends HttpRequestDecoder {
    private final int mostFields;
    private long consumed;
    private boolean between = true;
    private boolean inBody;
    private boolean folded;
    private boolean holding;

    /// @param mostFields in a head, or behind a body
    public StrictRequestDecoder(HttpDecoderConfig config, int mostFields) {
        super(config);
        this.mostFields = mostFields;
    }

    /// Octets of all messages emitted so far, exact at the moment a message is handed on.
    public long consumed() {
        return consumed;
    }

    /// Whether octets of a message have come that isn't complete, while no message is being handed on.
    public boolean inHead() {
        return !between || actualReadableBytes() > 0;
    }

    /// Whether all octets that came belong to messages that were emitted.
    public boolean atBoundary() {
        return actualReadableBytes() == 0;
    }

    /// What follows the request that was just handed on may not be HTTP: it is kept as it is, until {@link #release}
    /// or until this decoder is removed, which passes it on undecoded.
    public void hold() {
        holding = true;
    }

    public boolean isHolding() {
        return holding;
    }

    /// It is HTTP after all.
    ///
    /// @param ctx this decoder's
    /// @param decoding whether a message is being handed on, so that decoding goes on by itself
    public void release(ChannelHandlerContext ctx, boolean decoding) {
        holding = false;
        if (decoding || actualReadableBytes() == 0) {
            return;
        }
        try {
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
            ctx.fireChannelReadComplete();
        } catch (Exception e) {
            ctx.fireExceptionCaught(e);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (holding) {
            return;
        }
        int before = buffer.readerIndex();
        if (between && !inBody && !skipEmptyLines(buffer, out)) {
            consumed += buffer.readerIndex() - before;
            return;
        }
        consumed += buffer.readerIndex() - before;
        before = buffer.readerIndex();
        int messages = out.size();
        boolean head = !inBody;
        super.decode(ctx, buffer, out);
        int after = buffer.readerIndex();
        consumed += after - before;
        if (head) {
            folded = folded || hasFold(buffer, between ? nextLine(buffer, before, after) : before, after);
        }
        between = out.size() > messages || (between && after == before);
        for (int i = messages; i < out.size(); i++) {
            emitted(out.get(i));
        }
    }

    /// Empty lines before a request are allowed (RFC 9112, 2.2). Netty would skip every control character and all
    /// white space there.
    ///
    /// @return whether a request line can follow
    private boolean skipEmptyLines(ByteBuf buffer, List<Object> out) {
        while (buffer.isReadable()) {
            byte first = buffer.getByte(buffer.readerIndex());
            if (first != '\r' && first != '\n') {
                return beginsMethod(first) || refuse(buffer, out, "no_method");
            }
            if (first == '\r' && buffer.readableBytes() == 1) {
                return false;
            }
            if (first == '\n' || buffer.getByte(buffer.readerIndex() + 1) != '\n') {
                return refuse(buffer, out, "bare_cr_or_lf");
            }
            buffer.skipBytes(2);
        }
        return false;
    }

    /// What can't become a request, such as TLS where none is expected, is refused before a line of it has come: there
    /// may be none.
    private static boolean beginsMethod(byte first) {
        return first > ' ' && first < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(first) < 0;
    }

    /// @return false: nothing follows
    private boolean refuse(ByteBuf buffer, List<Object> out, String why) {
        buffer.skipBytes(buffer.readableBytes());
        HttpMessage broken = createInvalidMessage();
        broken.setDecoderResult(DecoderResult.failure(new MalformedMessageException(400, why)));
        out.add(broken);
        return false;
    }

    private void emitted(Object part) {
        if (part instanceof HttpMessage message) {
            inBody = true;
            if (folded && message.decoderResult().isSuccess()) {
                message.setDecoderResult(DecoderResult.failure(new MalformedMessageException(400, "obs_fold")));
            }
            folded = false;
        }
        FieldCount.check(part, mostFields, 431);
        if (part instanceof LastHttpContent) {
            inBody = false;
        }
    }

    /// Whether a header goes on in a line that begins with white space (RFC 9112, 5.2), which others may take for
    /// a header of its own. Netty joins such lines before anybody sees them, so the octets are looked at, from
    /// the start of a line. In trailers they stay joined, as the RFC allows: nothing is decided by those.
    private static boolean hasFold(ByteBuf buffer, int start, int end) {
        for (int at = start; at < end; at = nextLine(buffer, at, end)) {
            byte first = buffer.getByte(at);
            if (first == ' ' || first == '\t') {
                return true;
            }
        }
        return false;
    }

    private static int nextLine(ByteBuf buffer, int from, int end) {
        int feed = buffer.indexOf(from, end, (byte) '\n');
        return feed < 0 ? end : feed + 1;
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new MalformedMessageException(400, "content_length_and_transfer_encoding");
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        StartLine.first(line, start, length, 400);
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        StartLine.next(line, start, 400);
        StartLine.requireSpace(line, start + length, 400);
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        StartLine.next(line, start, 400);
        StartLine.requireVersion(line, start, length, 400);
        return super.splitThirdWordInitialLine(line, start, length);
    }
}
