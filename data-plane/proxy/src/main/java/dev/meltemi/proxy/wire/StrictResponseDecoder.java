package dev.meltemi.proxy.wire;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;

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

    public boolean isBodiless(HttpResponse head) {
        return isContentAlwaysEmpty(head);
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
