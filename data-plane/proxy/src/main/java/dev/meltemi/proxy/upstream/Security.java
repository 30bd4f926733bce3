package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.ProvenPeer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// How connections to an endpoint are secured.
sealed interface Security permits MutualTls, OriginatedTls {
    /// Runs it once {@link #handler} has an answer; at once when it has.
    void whenKnown(Executor loop, Runnable then);

    /// Why there is no TLS to be had; empty: there is.
    String trouble();

    /// @param http2 whether HTTP/2 is offered
    SslHandler handler(ByteBufAllocator allocator, long timeoutNanos, boolean http2);

    /// Judges a complete handshake.
    ///
    /// @return null when it isn't a member of the mesh
    /// @throws PeerRefusedException when it isn't who is expected there
    @Nullable
    ProvenPeer peer(SSLSession session) throws PeerRefusedException;

    /// No connection is made any more.
    void release();
}
