package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.proxy.wire.Spoken;
import dev.meltemi.proxy.wire.StrictRequestDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Which HTTP a caller speaks: version 2 when it begins with that one's preface (RFC 9113, 3.3), or when TLS agreed
/// on it; else version 1. There is no `Upgrade: h2c`, which that RFC took out: such a request goes on as it is.
///
/// As a handler it waits for the rest of what may become a preface, no longer than for any other head.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class HttpOpening extends ChannelInboundHandlerAdapter implements CallerConnection {
    private static final byte FIRST_OF_PREFACE = 'P';

    private static final int LINE = 256;
    private static final ByteBuf VERSION = constant("HTTP/");
    private static final ByteBuf LINE_AND_EMPTY_LINE = constant("\r\n\r\n");

    private final Accepted accepted;
    private final Deadline deadline;
    private @Nullable ByteBuf begun;
    private long closeBy = Exchange.NEVER;

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(
                Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII).asReadOnly());
    }

    private HttpOpening(Accepted accepted) {
        this.accepted = accepted;
        this.deadline = new Deadline(accepted.loop.executor, this::expired);
    }

    /// Puts what serves the caller behind `context`, and gives it the first octets.
    static void begin(ChannelHandlerContext context, Accepted accepted, ByteBuf octets) {
        if (isBrokenPreface(octets)) {
            octets.release();
            accepted.tell(Refusal.NOT_HTTP, "the_preface_is_not_HTTP/2's");
            Closing.now(context);
            return;
        }
        switch (spoken(octets)) {
            case HTTP_2 -> http2(context, accepted);
            case UNKNOWN_YET -> context.pipeline().addAfter(context.name(), "meltemi.http", new HttpOpening(accepted));
            case TLS, HTTP_1, OTHER -> http1(context, accepted);
        }
        context.fireChannelRead(octets);
    }

    /// Only what may be a preface is worth waiting for: all else is for HTTP/1.1's decoder to judge.
    private static Spoken spoken(ByteBuf octets) {
        boolean mayBe = octets.isReadable() && octets.getByte(octets.readerIndex()) == FIRST_OF_PREFACE;
        return mayBe ? Spoken.of(octets) : Spoken.HTTP_1;
    }

    /// Whether it is a line of three words, the last of which is no version, and an empty line behind it: shaped like a
    /// preface, and a broken one ends the connection (RFC 9113, 3.4). Everybody else hears that it isn't a request.
    private static boolean isBrokenPreface(ByteBuf octets) {
        if (Spoken.of(octets) != Spoken.OTHER) {
            return false;
        }
        int most = Math.min(octets.readableBytes(), LINE);
        ByteBuf begin = octets.slice(octets.readerIndex(), most);
        int end = ByteBufUtil.indexOf(LINE_AND_EMPTY_LINE, begin);
        if (end < 0) {
            return false;
        }
        ByteBuf line = begin.slice(0, end);
        int second = line.indexOf(0, end, (byte) ' ');
        int third = second < 0 ? -1 : line.indexOf(second + 1, end, (byte) ' ');
        return third > 0 && ByteBufUtil.indexOf(VERSION, line) < 0 && line.indexOf(0, end, (byte) '\n') < 0;
    }

    private static void http1(ChannelHandlerContext context, Accepted accepted) {
        ProxySettings settings = accepted.server.settings();
        var decoder =
                new StrictRequestDecoder(settings.decoding(), settings.limits().fields());
        var client = new ClientConnection(accepted, decoder);
        // added behind us, the last one first
        context.pipeline()
                .addAfter(context.name(), "meltemi.client", client)
                .addAfter(context.name(), "meltemi.requests", decoder);
    }

    /// Puts HTTP/2 behind `context`, which says its settings at once: before an octet has come, when TLS agreed on
    /// it.
    static void http2(ChannelHandlerContext context, Accepted accepted) {
        context.pipeline().addAfter(context.name(), "meltemi.http2", new Http2ClientConnection(accepted));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        accepted.loop.connections.put(context.channel(), this);
        deadline.set(accepted.loop.now()
                + accepted.server.settings().timeouts().head().toNanos());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        deadline.cancel();
        if (begun != null) {
            begun.release();
            begun = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        ByteBuf all = begun == null ? octets : joined(context, begun, octets);
        begun = null;
        if (Spoken.of(all) == Spoken.UNKNOWN_YET) {
            begun = all;
        } else {
            begin(context, accepted, all);
            context.pipeline().remove(this);
        }
    }

    private static ByteBuf joined(ChannelHandlerContext context, ByteBuf before, ByteBuf more) {
        ByteBuf all = context.alloc().buffer(before.readableBytes() + more.readableBytes());
        all.writeBytes(before).writeBytes(more);
        before.release();
        more.release();
        return all;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        // A reset or a failed write; the channel is closed by now or will be.
        context.close();
    }

    private void expired() {
        accepted.tell(Refusal.TIMEOUT, Http2Words.LATE_HEAD);
        closeNow();
    }

    @Override
    public void drain(long quietUntil) {
        closeBy = Math.min(closeBy, quietUntil);
        deadline.set(closeBy);
    }

    @Override
    public void closeNow() {
        ctx.close();
    }
}
