package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.routing.MutualTlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/// Tells mesh mTLS from plaintext by a connection's first octet, and is gone after it: a TLS record that begins a
/// handshake begins with 22 (RFC 8446, 5.1), which begins no HTTP request.
final class FirstBytes extends ChannelInboundHandlerAdapter {
    private static final int HANDSHAKE = 0x16;

    private final ClientConnection client;

    FirstBytes(ClientConnection client) {
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        if (!octets.isReadable()) {
            octets.release();
            return;
        }
        boolean tls = octets.getByte(octets.readerIndex()) == HANDSHAKE;
        MutualTlsMode mode = client.server()
                .ports()
                .table()
                .get()
                .mutualTls(client.listening().port());
        if (tls && mode != MutualTlsMode.DISABLE) {
            secure(context, octets);
        } else if (mode == MutualTlsMode.STRICT) {
            ReferenceCountUtil.release(octets);
            client.refuse(Refusal.PLAINTEXT, "plaintext to a port whose mode is STRICT");
        } else {
            context.fireChannelRead(octets);
            context.pipeline().remove(this);
        }
    }

    private void secure(ChannelHandlerContext context, ByteBuf octets) {
        TlsContexts contexts = client.server().tls().hold();
        if (contexts == null) {
            ReferenceCountUtil.release(octets);
            client.refuse(Refusal.NO_IDENTITY, "mTLS to a proxy that has no identity yet");
            return;
        }
        try {
            SslHandler handler = contexts.accepting(
                    context.alloc(), client.server().settings().timeouts().handshake());
            client.handshakesWith(contexts);
            context.pipeline().addAfter(context.name(), "meltemi.tls", handler);
        } finally {
            // The connection's engine holds what it needs.
            contexts.release();
        }
        context.fireChannelRead(octets);
        context.pipeline().remove(this);
    }
}
