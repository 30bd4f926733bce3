package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.CredentialContext;
import dev.meltemi.proxy.tls.CredentialSlot;
import dev.meltemi.proxy.tls.Credentials;
import dev.meltemi.proxy.tls.PeerRefusedException;
import dev.meltemi.proxy.tls.ProvenPeer;
import dev.meltemi.proxy.tls.TlsSide;
import dev.meltemi.routing.TlsOrigination;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// TLS towards an endpoint outside the mesh, as a rule says. A connection is made with what the files hold
/// then; those that are open go on.
final class OriginatedTls implements Security {
    private final Credentials credentials;
    private final TlsOrigination how;
    private final TlsSide side;
    private final int endpoint;
    private @Nullable CredentialContext last;

    /// @param endpoint number under which its sessions are kept
    OriginatedTls(Credentials credentials, TlsOrigination how, boolean http2, int endpoint) {
        this.credentials = credentials;
        this.how = how;
        this.side = new TlsSide.Beginning(how, http2 ? List.of("h2") : List.of());
        this.endpoint = endpoint;
    }

    private CredentialSlot slot() {
        return credentials.slot(side);
    }

    @Override
    public void whenKnown(Executor loop, Runnable then) {
        slot().whenTried(loop, then);
    }

    @Override
    public String trouble() {
        CredentialContext context = slot().hold();
        if (context == null) {
            return "TLS_error:|Secret is not supplied: " + slot().trouble() + ":TLS_error_end";
        }
        context.release();
        return "";
    }

    @Override
    public SslHandler handler(ByteBufAllocator allocator, long timeoutNanos, boolean http2) {
        CredentialContext context = slot().hold();
        if (context == null) {
            throw new IllegalStateException("asked before it was known: " + side.words());
        }
        try {
            last = context;
            return context.connecting(allocator, how.sni(), endpoint, Duration.ofNanos(timeoutNanos));
        } finally {
            // The connection's engine holds what it needs.
            context.release();
        }
    }

    /// Its names and authorities were judged during the handshake, or during that of the session that is resumed.
    @Override
    public @Nullable ProvenPeer peer(SSLSession session) throws PeerRefusedException {
        CredentialContext context = last;
        if (context != null) {
            context.judge(session);
        }
        return null;
    }

    @Override
    public void release() {
        last = null;
    }
}
