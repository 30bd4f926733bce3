package dev.meltemi.proxy.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;

/// Netty's decoder of answers, told which request they answer, and without its tolerance: one space between the
/// words of a status line, a version and a status that are ones, one length.
public final class StrictResponseDecoder extends HttpResponseDecoder {
    private final int mostFields;
    private boolean toHead;

    /// @param mostFields in a head, or behind a body
    public StrictResponseDecoder(HttpDecoderConfig config, int mostFields) {
        super(config);
        this.mostFields = mostFields;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        int before = out.size();
        super.decode(ctx, buffer, out);
        for (int i = before; i < out.size(); i++) {
            FieldCount.check(out.get(i), mostFields, 502);
        }
    }

    /// @param toHead whether the next final answer is one to HEAD, which has no body whatever its headers say
    public void expect(boolean toHead) {
        this.toHead = toHead;
    }

    /// Whether octets came that no message has used.
    public boolean hasLeftOver() {
        return actualReadableBytes() > 0;
    }

    /// Takes the length out of a final head. A 204 has none; that of a 304 or of an answer to HEAD describes a body
    /// that isn't sent.
    ///
    /// @throws MalformedMessageException as {@link Framing#take}
    public Framing framing(HttpResponse head) {
        HttpHeaders headers = head.headers();
        if (isContentAlwaysEmpty(head)) {
            if (head.status().code() == 204) {
                headers.remove(HttpHeaderNames.CONTENT_LENGTH);
            }
            headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
            return Framing.NONE;
        }
        return Framing.take(headers, head.protocolVersion().equals(HttpVersion.HTTP_1_1), Framing.UNTIL_CLOSE);
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        if (message instanceof HttpResponse answer && answer.status().code() < 200) {
            // Netty expects a body behind the 101 of a draft that preceded RFC 6455.
            return true;
        }
        return toHead || super.isContentAlwaysEmpty(message);
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new MalformedMessageException(502, "content_length_and_transfer_encoding");
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        StartLine.first(line, start, length, 502);
        StartLine.requireVersion(line, start, length, 502);
        return super.splitFirstWordInitialLine(line, start, length);
    }

    /// Many leave out the space before an empty reason, and nothing is read differently for that.
    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        StartLine.next(line, start, 502);
        int end = start + length;
        if (end < line.length) {
            StartLine.requireSpace(line, end, 502);
        }
        boolean threeDigits = length == 3;
        for (int i = start; i < end; i++) {
            threeDigits &= line[i] >= '0' && line[i] <= '9';
        }
        if (!threeDigits) {
            throw new MalformedMessageException(502, "invalid_status");
        }
        return super.splitSecondWordInitialLine(line, start, length);
    }

    /// The reason is nobody's business and goes no further, but what isn't text there isn't HTTP.
    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        for (int i = start; i < start + length; i++) {
            if ((line[i] >= 0 && line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f) {
                throw new MalformedMessageException(502, "control_character_in_reason");
            }
        }
        return super.splitThirdWordInitialLine(line, start, length);
    }
}
