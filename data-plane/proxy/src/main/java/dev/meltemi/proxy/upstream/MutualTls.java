package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.tls.TlsContexts;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// How the connections of one pool are secured: all of them with one identity of ours, towards one of theirs.
///
/// @param contexts held as long as a connection is
/// @param sni of the cluster that asked first; others that share the endpoint share its connections
/// @param expected path of the endpoint's SPIFFE id in our trust domain, null: any member of the mesh
/// @param endpoint number under which its sessions are kept
record MutualTls(TlsContexts contexts, String sni, @Nullable String expected, int endpoint) implements Security {
    @Override
    public void whenKnown(Executor loop, Runnable then) {
        then.run();
    }

    @Override
    public String trouble() {
        return "";
    }

    @Override
    public void release() {
        contexts.release();
    }

    /// @param http2 whether HTTP/2 is offered, before HTTP/1.1
    @Override
    public SslHandler handler(ByteBufAllocator allocator, long timeoutNanos, boolean http2) {
        return contexts.connecting(allocator, sni, endpoint, Duration.ofNanos(timeoutNanos), http2);
    }

    /// @throws PeerRefusedException when it isn't who is expected there
    @Override
    public ProvenPeer peer(SSLSession session) throws PeerRefusedException {
        ProvenPeer peer = contexts.peer(session);
        if (expected != null && !expected.equals(peer.id().path())) {
            throw new PeerRefusedException("the peer is " + peer.id() + "; expected spiffe://"
                    + peer.id().trustDomain() + "/" + expected);
        }
        return peer;
    }
}
