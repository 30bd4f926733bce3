package dev.meltemi.proxy;

import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.routing.MutualTlsMode;
import dev.meltemi.routing.RouteTable;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;

/// Tells mesh mTLS from plaintext by a connection's first octet: a TLS record that begins a handshake begins
/// with 22 (RFC 8446, 5.1), which begins no HTTP request. Gone after that, or after the handshake, of which
/// it bounds the length.
final class FirstBytes extends ChannelInboundHandlerAdapter {
    private static final int HANDSHAKE = 0x16;
    /// Octets of a hello and certificates. BoringSSL alone would take a hello of 100 KiB from a caller that
    /// it asks for a certificate.
    private static final int MOST_OCTETS = 16 * 1024;

    private final Opening opening;
    private final Accepted accepted;
    private boolean secured;
    private int octetsBefore;

    FirstBytes(Opening opening) {
        this.opening = opening;
        this.accepted = opening.accepted();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf octets = (ByteBuf) message;
        if (!octets.isReadable() || context.isRemoved()) {
            octets.release();
        } else if (!secured) {
            first(context, octets);
        } else if (octetsBefore > MOST_OCTETS) {
            octets.release();
            opening.refuse(Refusal.HANDSHAKE, "TLS_error:|a handshake of more than 16 KiB:TLS_error_end");
        } else {
            onward(context, octets);
        }
    }

    /// Not counted before it is passed on, since a request may come together with the handshake's end.
    private void onward(ChannelHandlerContext context, ByteBuf octets) {
        octetsBefore += octets.readableBytes();
        context.fireChannelRead(octets);
        if (!opening.isHandshaking() && !context.isRemoved()) {
            context.pipeline().remove(this);
        }
    }

    private void first(ChannelHandlerContext context, ByteBuf octets) {
        boolean tls = octets.getByte(octets.readerIndex()) == HANDSHAKE;
        RouteTable table = accepted.server.ports().table().get();
        int port = accepted.port();
        secured = tls && table.mutualTls(port) != MutualTlsMode.DISABLE;
        String why = PortMode.refuses(table, port, secured);
        if (why != null) {
            octets.release();
            opening.refuse(secured ? Refusal.CLOSED : Refusal.PLAINTEXT, why);
        } else if (secured) {
            secure(context, octets);
        } else {
            context.fireChannelRead(octets);
            context.pipeline().remove(this);
        }
    }

    private void secure(ChannelHandlerContext context, ByteBuf octets) {
        TlsContexts contexts = accepted.server.tls().hold();
        if (contexts == null) {
            octets.release();
            opening.refuse(Refusal.NO_IDENTITY, "mTLS to a proxy that has no identity yet");
            return;
        }
        try {
            SslHandler handler = contexts.accepting(
                    context.alloc(), accepted.server.settings().timeouts().handshake());
            opening.handshakesWith(contexts);
            context.pipeline().addAfter(context.name(), "meltemi.tls", handler);
        } finally {
            // The connection's engine holds what it needs.
            contexts.release();
        }
        onward(context, octets);
    }
}
