package dev.meltemi.proxy.wire;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;

/// Ends of connections that TLS would soften.
public final class Closing {
    private Closing() {}

    /// Closes without TLS's farewell, which would wait for the peer to read and would make what was cut off look
    /// complete.
    @SuppressWarnings("FutureReturnValueIgnored") // closing a closed channel is fine
    public static void now(ChannelHandlerContext context) {
        ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
        (tls == null ? context : tls).close();
    }

    /// Ends our side of a tunnel. Behind TLS without TLS's farewell: whoever hears that can't write any more either
    /// (Netty's engine answers it by closing both sides), and what it still has to say would be lost.
    @SuppressWarnings("FutureReturnValueIgnored")
    public static void half(ChannelHandlerContext context) {
        var channel = (SocketChannel) context.channel();
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> channel.shutdownOutput());
    }

    /// Ends our side and leaves the other's open, after TLS's farewell if there is TLS.
    @SuppressWarnings("FutureReturnValueIgnored")
    public static void output(ChannelHandlerContext context) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        var channel = (SocketChannel) context.channel();
        if (tls == null) {
            channel.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(told -> channel.shutdownOutput());
        }
    }
}
