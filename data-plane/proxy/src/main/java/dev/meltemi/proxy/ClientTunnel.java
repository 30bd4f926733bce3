package dev.meltemi.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.util.ReferenceCountUtil;

/// A caller's connection that has left HTTP: its octets as they come are the rest of the exchange. It takes the
/// decoder's place in front of its connection.
final class ClientTunnel extends ChannelInboundHandlerAdapter {
    private final ClientConnection connection;
    private final Exchange exchange;

    ClientTunnel(ClientConnection connection, Exchange exchange) {
        this.connection = connection;
        this.exchange = exchange;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (exchange.over || !(message instanceof ByteBuf octets)) {
            ReferenceCountUtil.release(message);
            return;
        }
        exchange.requestBytes += octets.readableBytes();
        exchange.body.offer(octets);
        pump();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent) || exchange.over) {
            context.fireUserEventTriggered(event);
        } else if (!exchange.requestEnded) {
            exchange.requestEnded = true;
            exchange.body.end(EmptyHttpHeaders.INSTANCE);
            pump();
            connection.tunnelInputEnded(exchange);
        }
    }

    private void pump() {
        if (exchange.attempts != null) {
            exchange.attempts.pump();
        }
    }
}
