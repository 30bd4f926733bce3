package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Closing;
import dev.meltemi.routing.ConnectionDecision.Termination;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Reads the server name of a TLS client's hello, however it is cut into records and packets. Where TLS ends at the
/// server that it names, {@link EndingTls} follows; else all of it is passed on untouched.
final class ServerName extends AbstractSniHandler<Boolean> {
    /// Octets of a hello. Those of browsers have less than 2 KiB, with post-quantum key shares.
    static final int MOST_OCTETS = 16 * 1024;

    private final Opening opening;
    private @Nullable EndingTls ending;

    ServerName(Opening opening) {
        super(
                MOST_OCTETS,
                opening.accepted().server.settings().timeouts().handshake().toMillis());
        this.opening = opening;
    }

    @Override
    protected Future<Boolean> lookup(ChannelHandlerContext context, @Nullable String name) {
        Termination server = opening.endsTls(name);
        if (server == null) {
            return context.executor().newSucceededFuture(Boolean.TRUE);
        }
        var ends = new EndingTls(opening, server);
        ending = ends;
        return ends.known(context.executor());
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext context, @Nullable String name, Future<Boolean> found) {
        EndingTls ends = ending;
        if (ends != null) {
            ends.begin(context);
            return;
        }
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
