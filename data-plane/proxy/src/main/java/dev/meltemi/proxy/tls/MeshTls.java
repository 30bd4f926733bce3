package dev.meltemi.proxy.tls;

import dev.meltemi.routing.TlsBounds;
import dev.meltemi.spiffe.Identity;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The contexts of the identity that a proxy has right now. A rotated identity gets new ones at the next
/// connection; who holds the old ones goes on with them. No thread waits for another: when several notice a
/// rotation at once, each makes contexts and one pair is kept.
public final class MeshTls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MeshTls.class);
    static final SslProvider PROVIDER = provider();

    private final Supplier<@Nullable Identity> identity;
    private final InstantSource clock;
    private final Supplier<TlsBounds> bounds;
    private final AtomicReference<@Nullable TlsContexts> current = new AtomicReference<>();
    private volatile @Nullable Identity unusable;

    /// @param clock by which certificates are in force or not
    /// @param bounds what the mesh says TLS may be, now
    public MeshTls(Supplier<@Nullable Identity> identity, InstantSource clock, Supplier<TlsBounds> bounds) {
        this.identity = identity;
        this.clock = clock;
        this.bounds = bounds;
    }

    private static SslProvider provider() {
        if (OpenSsl.isAvailable()) {
            LOG.debug("event=tls-provider provider=\"{}\"", OpenSsl.versionString());
            return SslProvider.OPENSSL_REFCNT;
        }
        LOG.warn(
                "event=tls-provider provider=JDK why=\"{}\" next=\"handshakes cost several times as much; add"
                        + " netty-tcnative-boringssl-static for this platform\"",
                String.valueOf(OpenSsl.unavailabilityCause()));
        return SslProvider.JDK;
    }

    /// To be released by whoever asked.
    ///
    /// @return null when there is no identity, or none that can be used
    public @Nullable TlsContexts hold() {
        while (true) {
            Identity now = identity.get();
            if (now == null) {
                return null;
            }
            TlsContexts contexts = upToDate(now);
            if (contexts == null || contexts.hold()) {
                return contexts;
            }
        }
    }

    /// Whether new connections are made with these; null: whether they are made in plaintext.
    @SuppressWarnings("ReferenceEquality") // an identity is replaced as a whole
    public boolean isCurrent(@Nullable TlsContexts contexts) {
        Identity now = identity.get();
        return contexts == (now == null ? null : upToDate(now));
    }

    @SuppressWarnings("ReferenceEquality")
    private @Nullable TlsContexts upToDate(Identity now) {
        TlsContexts before = current.get();
        TlsBounds within = bounds.get();
        if (now == unusable || (before != null && before.isOf(now, within))) {
            return before;
        }
        TlsContexts made;
        try {
            made = TlsContexts.of(now, clock, PROVIDER, within);
        } catch (IllegalArgumentException e) {
            unusable = now;
            LOG.error(
                    "event=identity-unusable identity=\"{}\" why=\"{}\" next=\"{}\"",
                    now.credential(),
                    e.getMessage(),
                    before == null ? "plaintext until another one comes" : "the one before goes on");
            return before;
        }
        if (!current.compareAndSet(before, made)) {
            made.release();
            return current.get();
        }
        if (before != null) {
            before.release();
        }
        return made;
    }

    /// Handshakes that the server's side was spared with these contexts; 0 where that isn't counted.
    public long resumed() {
        TlsContexts contexts = hold();
        if (contexts == null) {
            return 0;
        }
        try {
            return contexts.resumed();
        } finally {
            contexts.release();
        }
    }

    /// Lets go of the contexts; connections that are open go on.
    @Override
    public void close() {
        TlsContexts last = current.getAndSet(null);
        if (last != null) {
            last.release();
        }
    }
}
