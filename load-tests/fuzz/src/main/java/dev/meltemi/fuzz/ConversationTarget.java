package dev.meltemi.fuzz;

import dev.meltemi.proxy.wire.StrictRequestDecoder;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/// Any octets as what a caller says to a proxy and as what the application behind it answers, over sockets: the proxy
/// fails nowhere, leaves nobody hanging, and what reaches the application is HTTP without a doubt.
public final class ConversationTarget {
    private static final SmallProxy PROXY = new SmallProxy();

    private ConversationTarget() {}

    /// Called by the fuzzer before the first input, which would be timed with the classes that it is the first to need.
    public static void fuzzerInitialize() {
        String request = "GET / HTTP/1.1\r\nHost: reviews:9080\r\n\r\n";
        String answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        PROXY.hold(new Conversation(
                request.getBytes(StandardCharsets.ISO_8859_1), answer.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /// Called by the fuzzer with each input.
    public static void fuzzerTestOneInput(byte[] data) {
        var conversation = Conversation.of(data);
        SmallProxy.Outcome outcome = PROXY.hold(conversation);
        if (outcome.hangs()) {
            throw new AssertionError("the caller's connection doesn't end");
        }
        if (outcome.internalError()) {
            throw new AssertionError("the proxy failed in itself");
        }
        outcome.arrived().forEach(ConversationTarget::isHttp);
    }

    /// As far as it goes: a request may break off.
    private static void isHttp(byte[] arrived) {
        var channel = new EmbeddedChannel(new StrictRequestDecoder(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(16 * 1024)
                        .setMaxHeaderSize(120 * 1024)
                        .setMaxChunkSize(64 * 1024)
                        .setStrictLineParsing(true)
                        .setAllowDuplicateContentLengths(false),
                120));
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(arrived));
            for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
                boolean failed = (part instanceof HttpRequest head
                                && head.decoderResult().isFailure())
                        || (part instanceof HttpContent content
                                && content.decoderResult().isFailure());
                ReferenceCountUtil.release(part);
                if (part instanceof HttpRequest head && head.headers().contains(HttpHeaderNames.UPGRADE)) {
                    // what follows may be anything once that is agreed
                    return;
                }
                if (failed) {
                    throw new AssertionError(
                            "the application got what isn't HTTP: " + new String(arrived, StandardCharsets.ISO_8859_1));
                }
            }
        } finally {
            channel.finishAndReleaseAll();
        }
    }
}
