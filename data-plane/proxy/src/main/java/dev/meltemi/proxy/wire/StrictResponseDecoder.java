package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;

/// Netty's decoder of answers, told which request they answer, and refusing two lengths in one answer.
public final class StrictResponseDecoder extends HttpResponseDecoder {
    private boolean toHead;

    public StrictResponseDecoder(HttpDecoderConfig config) {
        super(config);
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
}
