package dev.meltemi.proxy.tls;

import dev.meltemi.proxy.tls.TlsMaterial.Own;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// One side of TLS with the certificates that its files held when it was made. Lives as long as somebody holds it.
public final class CredentialContext extends AbstractReferenceCounted {
    private final SslContext context;
    private final ChainJudge judge;
    private final List<Own> own;
    private @Nullable OpenSslSessionTicketKey sealing;

    CredentialContext(SslContext context, ChainJudge judge, List<Own> own) {
        this.context = context;
        this.judge = judge;
        this.own = own;
    }

    /// For a caller that has sent its ClientHello.
    public SslHandler accepting(ByteBufAllocator allocator, Duration patience) {
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(patience.toMillis());
        return handler;
    }

    /// @param sni that the hello shall say; empty: none
    /// @param endpoint number of the endpoint, so that its sessions aren't offered to another
    public SslHandler connecting(ByteBufAllocator allocator, String sni, int endpoint, Duration patience) {
        SslHandler handler =
                sni.isEmpty() ? context.newHandler(allocator) : context.newHandler(allocator, sni, endpoint);
        handler.setHandshakeTimeoutMillis(Math.max(1, patience.toMillis()));
        return handler;
    }

    /// What a caller has shown; null: nothing.
    ///
    /// @throws PeerRefusedException when it isn't in force any more
    public @Nullable ShownCertificate shown(SSLSession session) throws PeerRefusedException {
        List<X509Certificate> chain = judge.shown(session);
        return chain.isEmpty()
                ? null
                : ShownCertificate.of(chain.getFirst(), own.getFirst().chain().getFirst());
    }

    /// @throws PeerRefusedException when what a server showed isn't in force any more
    public void judge(SSLSession session) throws PeerRefusedException {
        judge.shown(session);
    }

    /// Leaves that are shown to the other side.
    List<X509Certificate> leaves() {
        return own.stream().map(each -> each.chain().getFirst()).toList();
    }

    /// Seals tickets with another key from now on; those of the key before are still taken.
    void rotateTickets() {
        OpenSslSessionTicketKey before = sealing;
        OpenSslSessionTicketKey now = Tickets.key();
        sealing = now;
        if (before == null) {
            Tickets.use(context, now);
        } else {
            Tickets.use(context, now, before);
        }
    }

    /// Handshakes that were spared; 0 where that isn't counted.
    long resumed() {
        return context.sessionContext() instanceof OpenSslSessionContext sessions
                ? sessions.stats().ticketKeyResume()
                : 0;
    }

    /// @return whether it is still there and now held
    boolean hold() {
        try {
            retain();
            return true;
        } catch (IllegalReferenceCountException _) {
            return false;
        }
    }

    @Override
    protected void deallocate() {
        ReferenceCountUtil.release(context);
    }

    @Override
    public ReferenceCounted touch(Object hint) {
        return this;
    }
}
