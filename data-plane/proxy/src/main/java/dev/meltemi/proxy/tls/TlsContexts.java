package dev.meltemi.proxy.tls;

import dev.meltemi.routing.TlsBounds;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.ReferenceCounted;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/// What one identity needs to take and make connections: a context for each side. Lives as long as somebody holds
/// it, since BoringSSL's part isn't the garbage collector's.
public final class TlsContexts extends AbstractReferenceCounted {
    /// Full handshakes that a peer is spared; a session whose certificate has expired is refused all the same.
    private static final Duration SESSION = Duration.ofHours(1);

    /// Istio's clients offer the first for HTTP/2 and the second otherwise, `openssl s_client -alpn http/1.1` and curl
    /// the third.
    private static final List<String> TAKEN = List.of("istio-h2", "istio", "h2", "http/1.1");

    private static final List<String> OFFERED = List.of("istio");

    /// HTTP/2 within the mesh, in the word of Istio's `istio.alpn` filter.
    public static final String HTTP_2 = "istio-h2";

    private static final List<String> OFFERED_HTTP_2 = List.of(HTTP_2, "istio");

    /// Of the store in which Netty hands keys over within the process. Java's usual one, PKCS 12, derives a key
    /// from the empty password thousands of times to hide them: three contexts took an event loop 0.4 s, at each
    /// rotation.
    static final String KEY_STORE = "JKS";

    private final Identity identity;
    private final TlsBounds bounds;
    private final PeerJudge judge;
    private final SslContext server;
    private final SslContext client;
    private final SslContext http2Client;

    private TlsContexts(
            Identity identity,
            TlsBounds bounds,
            PeerJudge judge,
            SslContext server,
            SslContext client,
            SslContext http2Client) {
        this.identity = identity;
        this.bounds = bounds;
        this.judge = judge;
        this.server = server;
        this.client = client;
        this.http2Client = http2Client;
    }

    /// @throws IllegalArgumentException when the identity's key or chain can't be used
    static TlsContexts of(Identity identity, InstantSource clock, SslProvider provider, TlsBounds bounds) {
        var judge = new PeerJudge(identity, clock);
        Credential own = identity.credential();
        try {
            SslContext server = within(bounds, SslContextBuilder.forServer(own.key(), own.chain()))
                    .clientAuth(ClientAuth.REQUIRE)
                    .trustManager(judge)
                    .sslProvider(provider)
                    .applicationProtocolConfig(alpn(TAKEN))
                    .sessionTimeout(SESSION.toSeconds())
                    .build();
            Tickets.use(server, Tickets.key());
            return new TlsContexts(
                    identity,
                    bounds,
                    judge,
                    server,
                    client(own, judge, provider, OFFERED, bounds),
                    client(own, judge, provider, OFFERED_HTTP_2, bounds));
        } catch (SSLException e) {
            throw new IllegalArgumentException("no TLS can be made of the credential " + own + ": " + e, e);
        }
    }

    private static SslContextBuilder within(TlsBounds bounds, SslContextBuilder builder) {
        Choice.versions(bounds.minVersion(), "", builder);
        Choice.ciphers(bounds.cipherSuites(), builder);
        return builder.keyStoreType(KEY_STORE);
    }

    private static SslContext client(
            Credential own, PeerJudge judge, SslProvider provider, List<String> offered, TlsBounds bounds)
            throws SSLException {
        return within(bounds, SslContextBuilder.forClient())
                .keyManager(own.key(), own.chain())
                .trustManager(judge)
                .endpointIdentificationAlgorithm(null) // names are SPIFFE ids, compared after the handshake
                .sslProvider(provider)
                .applicationProtocolConfig(alpn(offered))
                .sessionTimeout(SESSION.toSeconds())
                .build();
    }

    /// Nobody demands a protocol: without a common one the connection goes on as HTTP/1.1.
    static ApplicationProtocolConfig alpn(List<String> protocols) {
        return new ApplicationProtocolConfig(
                Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, protocols);
    }

    @SuppressWarnings("ReferenceEquality") // an identity is replaced as a whole
    boolean isOf(Identity other, TlsBounds asked) {
        return identity == other && (bounds == asked || bounds.equals(asked));
    }

    /// For a caller that has sent the beginning of a ClientHello.
    public SslHandler accepting(ByteBufAllocator allocator, Duration patience) {
        SslHandler handler = server.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(patience.toMillis());
        return handler;
    }

    /// @param sni what the hello shall say. The JDK's provider leaves out one with an underscore; our own servers
    /// don't read it
    /// @param endpoint number of the endpoint, so that its sessions aren't offered to another of the same name,
    /// which couldn't resume them
    /// @param http2 whether HTTP/2 is offered, before HTTP/1.1
    public SslHandler connecting(
            ByteBufAllocator allocator, String sni, int endpoint, Duration patience, boolean http2) {
        SslHandler handler = (http2 ? http2Client : client).newHandler(allocator, sni, endpoint);
        handler.setHandshakeTimeoutMillis(Math.max(1, patience.toMillis()));
        return handler;
    }

    /// @throws PeerRefusedException with the reason, when the session's peer isn't believed, now
    public ProvenPeer peer(SSLSession session) throws PeerRefusedException {
        return judge.judge(session);
    }

    /// As above, for one that was believed by other contexts.
    public ProvenPeer peer(ProvenPeer before) throws PeerRefusedException {
        return judge.judge(before.chain());
    }

    /// Handshakes that the server's side was spared; 0 where that isn't counted.
    long resumed() {
        return server.sessionContext() instanceof OpenSslSessionContext sessions
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
        ReferenceCountUtil.release(server);
        ReferenceCountUtil.release(client);
        ReferenceCountUtil.release(http2Client);
    }

    @Override
    public ReferenceCounted touch(Object hint) {
        return this;
    }
}
