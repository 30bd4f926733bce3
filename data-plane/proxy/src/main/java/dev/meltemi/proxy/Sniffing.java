package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.proxy.wire.Spoken;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/// Finds out by a caller's first octets whether its connection carries requests or is carried whole, at a port where
/// that isn't declared or where rules go by server names. Stands before {@link Opening}; gone once it is known, with
/// {@link ServerName} in its place where the octets begin a TLS hello.
final class Sniffing extends ChannelInboundHandlerAdapter {
    private final Opening opening;
    private final Deadline patience;
    private ByteBuf kept = Unpooled.EMPTY_BUFFER;

    /// @param patienceNanos after which a silent caller's connection is carried whole, since its server may speak
    /// first; 0: none
    Sniffing(Opening opening, long patienceNanos) {
        this.opening = opening;
        Loop loop = opening.accepted().loop;
        this.patience = new Deadline(loop.executor, this::late);
        if (patienceNanos > 0) {
            patience.set(loop.now() + patienceNanos);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        kept = kept.isReadable() ? Unpooled.wrappedBuffer(kept, (ByteBuf) message) : (ByteBuf) message;
        switch (Spoken.of(kept)) {
            case UNKNOWN_YET ->
                waitFor(opening.accepted().server.settings().timeouts().head().toNanos());
            case HTTP_1, HTTP_2 -> {
                if (opening.accepted().listening.kind() == Listening.Kind.GATEWAY) {
                    // perhaps no server of the port takes plaintext
                    opening.carryWhole(null, false);
                } else {
                    opening.speaksHttp();
                }
                goOn(context);
            }
            case TLS -> {
                context.pipeline().addAfter(context.name(), "meltemi.server-name", new ServerName(opening));
                goOn(context);
            }
            case OTHER -> {
                opening.carryWhole(null, false);
                goOn(context);
            }
        }
    }

    /// Who begins to speak has to go on.
    private void waitFor(long nanos) {
        patience.set(opening.accepted().loop.now() + nanos);
    }

    private void goOn(ChannelHandlerContext context) {
        patience.cancel();
        ByteBuf octets = kept;
        kept = Unpooled.EMPTY_BUFFER;
        context.fireChannelRead(octets);
        if (!context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    /// Neither HTTP nor TLS would have kept us waiting.
    private void late() {
        ChannelHandlerContext context = opening.context().pipeline().context(this);
        if (context != null) {
            opening.carryWhole(null, false);
            goOn(context);
        }
    }

    /// A caller that says all that it has to say in fewer octets than tell a protocol.
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && kept.isReadable()) {
            late();
            opening.context().pipeline().fireUserEventTriggered(event);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        patience.cancel();
        kept.release();
        kept = Unpooled.EMPTY_BUFFER;
    }
}
