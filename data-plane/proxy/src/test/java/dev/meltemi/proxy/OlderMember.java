package dev.meltemi.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// An older sidecar: TLS as a test says, and HTTP/1.1 behind it.
@SuppressWarnings("FutureReturnValueIgnored") // what fails shows in what the proxy answers
final class OlderMember implements AutoCloseable {
    final AtomicInteger connections = new AtomicInteger();
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel listening;

    OlderMember(SslContext tls) {
        listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.incrementAndGet();
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()), new Older());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.localAddress();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /// Requests are short: each comes whole.
    private static final class Older extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) {
            String answer = octets.toString(StandardCharsets.ISO_8859_1).startsWith("GET / HTTP/1.1\r\n")
                    ? "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nolder"
                    : "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
            context.writeAndFlush(Unpooled.copiedBuffer(answer, StandardCharsets.ISO_8859_1));
        }
    }
}
