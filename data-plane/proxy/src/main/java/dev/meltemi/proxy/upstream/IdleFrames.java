package dev.meltemi.proxy.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.concurrent.TimeUnit;

/// Counts frames that cost us work and bring no request forward: PING, SETTINGS, PRIORITY, empty DATA, frames for
/// streams that are gone or of types unknown. An endpoint that sends a flood of them (CVE-2019-9512, -9513, -9515,
/// -9518) loses its connection. Bounds our acknowledgements, which pile up where the peer doesn't read, as well.
final class IdleFrames {
    /// Envoy allows about as many for each stream of an answer.
    private static final int MOST = 1000;
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

    private int counted;
    private long since;

    /// A frame that belongs to an answer.
    void progress() {
        counted -= counted > 0 ? 1 : 0;
    }

    /// @throws Http2Exception when there are too many
    void count(ChannelHandlerContext context) throws Http2Exception {
        long now = context.executor().ticker().nanoTime();
        // what isn't read isn't forgotten either
        if (now - since > WINDOW_NANOS && context.channel().isWritable()) {
            counted = 0;
            since = now;
        }
        if (++counted > MOST) {
            throw Http2Exception.connectionError(
                    Http2Error.ENHANCE_YOUR_CALM, "more than %d frames that bring nothing forward", MOST);
        }
    }
}
