package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Closing;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Reads the server name of a TLS client's hello, however it is cut into records and packets, and passes all of it on
/// untouched: TLS doesn't end here.
final class ServerName extends AbstractSniHandler<Boolean> {
    /// Octets of a hello. Those of browsers have less than 2 KiB, with post-quantum key shares.
    static final int MOST_OCTETS = 16 * 1024;

    private final Opening opening;

    ServerName(Opening opening) {
        super(
                MOST_OCTETS,
                opening.accepted().server.settings().timeouts().handshake().toMillis());
        this.opening = opening;
    }

    @Override
    protected Future<Boolean> lookup(ChannelHandlerContext context, @Nullable String name) {
        return context.executor().newSucceededFuture(Boolean.TRUE);
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext context, @Nullable String name, Future<Boolean> found) {
        opening.carryWhole(name, true);
        // what was read goes on to whoever comes next
        context.pipeline().remove(this);
    }

    /// Too long, too late, or no TLS after all.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (opening.isGone()) {
            context.fireExceptionCaught(cause);
        } else {
            Throwable why = cause.getCause() == null ? cause : cause.getCause();
            opening.accepted().tell(Refusal.HANDSHAKE, "TLS hello: " + why.getMessage());
            Closing.now(context);
        }
    }
}
