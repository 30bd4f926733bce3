package dev.meltemi.fuzz;

import dev.meltemi.proxy.wire.StrictResponseDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Any octets as what an application answers: whoever cuts them into pieces reads the same, what is understood is
/// within the bounds, and nothing throws. The first octet says whether HEAD was asked, and how they are cut.
public final class AnswerTarget {
    private static final int MOST_FIELDS = 100;
    private static final int MOST_HEAD = 60 * 1024;

    private AnswerTarget() {}

    /// Called by the fuzzer with each input.
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        boolean toHead = (data[0] & 1) != 0;
        byte[] answer = Arrays.copyOfRange(data, 1, data.length);
        String whole = read(answer, toHead, answer.length);
        String pieces = read(answer, toHead, 1 + ((data[0] & 0xff) >> 1) % 32);
        if (!whole.equals(pieces)) {
            throw new AssertionError("read at once: " + whole + "\nread in pieces: " + pieces);
        }
    }

    /// What was understood, up to the first thing that wasn't.
    static String read(byte[] answer, boolean toHead, int pieces) {
        var decoder = new StrictResponseDecoder(
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(8 * 1024)
                        .setMaxHeaderSize(MOST_HEAD)
                        .setMaxChunkSize(64 * 1024)
                        .setStrictLineParsing(true)
                        .setAllowDuplicateContentLengths(false),
                MOST_FIELDS);
        var channel = new EmbeddedChannel(decoder);
        var said = new StringBuilder();
        boolean failed = false;
        try {
            for (int at = 0; at < answer.length && !failed; at += pieces) {
                decoder.expect(toHead);
                channel.writeInbound(Unpooled.copiedBuffer(answer, at, Math.min(pieces, answer.length - at)));
                failed = drain(channel, said);
            }
            if (!failed) {
                channel.finish();
                drain(channel, said);
            }
        } finally {
            channel.finishAndReleaseAll();
        }
        return said.toString();
    }

    private static boolean drain(EmbeddedChannel channel, StringBuilder said) {
        for (Object part = channel.readInbound(); part != null; part = channel.readInbound()) {
            try {
                if (part instanceof ByteBuf octets) {
                    // behind a 101 whose decoder is taken out
                    said.append(octets.toString(StandardCharsets.ISO_8859_1));
                    continue;
                }
                if (failed(part)) {
                    said.append("!failed");
                    return true;
                }
                tell(part, said);
            } finally {
                ReferenceCountUtil.release(part);
            }
        }
        return false;
    }

    private static boolean failed(Object part) {
        return switch (part) {
            case HttpResponse head -> head.decoderResult().isFailure();
            case HttpContent content -> content.decoderResult().isFailure();
            default -> throw new AssertionError("neither head nor body: " + part);
        };
    }

    private static void tell(Object part, StringBuilder said) {
        if (part instanceof HttpResponse head) {
            if (head.headers().size() > MOST_FIELDS) {
                throw new AssertionError("a head of " + head.headers().size() + " fields");
            }
            said.append("[head ").append(head.status().code());
            head.headers().forEach(field -> said.append(' ').append(field));
            said.append(']');
        }
        if (part instanceof HttpContent content) {
            said.append(content.content().toString(StandardCharsets.ISO_8859_1));
        }
        if (part instanceof LastHttpContent last) {
            said.append("[end");
            last.trailingHeaders().forEach(field -> said.append(' ').append(field));
            said.append(']');
        }
    }
}
