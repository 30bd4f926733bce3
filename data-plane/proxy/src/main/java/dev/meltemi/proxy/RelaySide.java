package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Closing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// One of the two connections of a {@link TcpRelay}: what it reads goes to the other, and nothing more is read while
/// that can't be written.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
final class RelaySide extends ChannelInboundHandlerAdapter {
    private final TcpRelay relay;
    /// Read before the other was there. Bounded by what one read brings: no more is read then.
    private final ArrayDeque<ByteBuf> kept = new ArrayDeque<>();

    private @Nullable RelaySide other;
    private boolean inputEnded;
    private boolean outputEnded;
    private long octets;

    @SuppressWarnings("NullAway.Init") // handlerAdded
    private ChannelHandlerContext ctx;

    RelaySide(TcpRelay relay) {
        this.relay = relay;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        context.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    /// That were read here.
    long octets() {
        return octets;
    }

    /// Both have ended what they had to say, and were told that the other has.
    boolean isThrough() {
        return outputEnded;
    }

    void pairWith(RelaySide there) {
        other = there;
        for (ByteBuf early = kept.poll(); early != null; early = kept.poll()) {
            pass(there, early);
        }
        there.ctx.flush();
        if (inputEnded) {
            there.endOutput();
        }
        ctx.channel().config().setAutoRead(there.ctx.channel().isWritable());
    }

    void pauseReading() {
        ctx.channel().config().setAutoRead(false);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var read = (ByteBuf) message;
        RelaySide there = other;
        if (relay.isOver() || inputEnded) {
            read.release();
        } else if (there == null) {
            kept.add(read);
        } else {
            pass(there, read);
        }
    }

    private void pass(RelaySide there, ByteBuf read) {
        octets += read.readableBytes();
        there.ctx.write(read, there.ctx.voidPromise());
        if (!there.ctx.channel().isWritable()) {
            pauseReading();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (other != null) {
            other.ctx.flush();
            relay.moved();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        RelaySide there = other;
        if (there != null && !there.inputEnded) {
            there.ctx.channel().config().setAutoRead(context.channel().isWritable());
        }
        relay.moved();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            endInput();
        } else if (event instanceof SslCloseCompletionEvent) {
            // BoringSSL's engine sends nothing any more after a farewell, whatever the peer would still read.
            outputEnded = true;
            endInput();
        }
    }

    private void endInput() {
        if (!inputEnded) {
            inputEnded = true;
            if (other != null) {
                other.endOutput();
            }
        }
    }

    /// After everything that was written, since ending the output drops what is still on its way.
    private void endOutput() {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (!outputEnded) {
                outputEnded = true;
                if (written.isSuccess() && ctx.channel().isActive()) {
                    tellEnd();
                }
            }
            relay.sideEnded();
        });
    }

    /// Under TLS the side that ends first does so by FIN alone: its farewell would also end what it still reads, as
    /// said above. The second says farewell.
    private void tellEnd() {
        if (inputEnded && ctx.pipeline().get(SslHandler.class) != null) {
            Closing.output(ctx);
        } else {
            ((SocketChannel) ctx.channel()).shutdownOutput();
        }
    }

    /// What it reads is the other's reset.
    void reset() {
        if (ctx.channel().isActive()) {
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        Closing.now(ctx);
    }

    void close() {
        Closing.now(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        relay.broken(this, "connection_termination");
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        relay.broken(this, String.valueOf(cause.getMessage()));
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        for (ByteBuf early = kept.poll(); early != null; early = kept.poll()) {
            early.release();
        }
    }
}
