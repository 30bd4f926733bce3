package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.wire.Closing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/// A connection to an endpoint that has left HTTP: octets as they come, until both sides have ended theirs. It takes
/// the decoder's place in front of its connection.
final class UpstreamTunnel extends ChannelInboundHandlerAdapter {
    private final UpstreamConnection connection;
    private final ChannelHandler decoder;
    private boolean inputEnded;
    private boolean outputEnded;

    UpstreamTunnel(UpstreamConnection connection, ChannelHandler decoder) {
        this.connection = connection;
        this.decoder = decoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        UpstreamUser user = connection.user();
        if (message instanceof LastHttpContent) {
            // the end of the 101's head
            context.pipeline().remove(decoder);
        } else if (message instanceof ByteBuf octets && octets.isReadable() && user != null) {
            user.onBody(octets);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        UpstreamUser user = connection.user();
        if (event instanceof ChannelInputShutdownEvent && !inputEnded && user != null) {
            inputEnded = true;
            user.onEnd(EmptyHttpHeaders.INSTANCE);
            if (outputEnded) {
                connection.closeWhenWritten();
            }
        }
        context.fireUserEventTriggered(event);
    }

    void endOutput(ChannelHandlerContext context) {
        outputEnded = true;
        if (inputEnded) {
            connection.closeWhenWritten();
        } else {
            Closing.half(context);
        }
    }
}
