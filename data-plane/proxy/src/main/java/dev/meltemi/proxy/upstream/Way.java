package dev.meltemi.proxy.upstream;

import dev.meltemi.routing.Endpoint;
import org.jspecify.annotations.Nullable;

/// How one pool reaches its endpoint from one event loop, in plaintext or with TLS, and how many connections it
/// has open.
final class Way {
    private final Endpoint endpoint;
    private final @Nullable Security security;
    private final UpstreamPools pools;
    private int open;
    private boolean held = true;

    /// @param security null: plaintext. Its contexts are let go of with the last connection
    Way(Endpoint endpoint, @Nullable Security security, UpstreamPools pools) {
        this.endpoint = endpoint;
        this.security = security;
        this.pools = pools;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Nullable
    Security security() {
        return security;
    }

    UpstreamPools pools() {
        return pools;
    }

    boolean isUnused() {
        return open == 0;
    }

    /// Whether another request may wait beside so many.
    boolean hasRoomToWait(int waiting) {
        return waiting < pools.settings().maxWaiting();
    }

    /// Beyond the proxy's limit nothing more is opened.
    boolean isFull() {
        return open >= pools.settings().maxConnections();
    }

    void opened() {
        open++;
    }

    /// Called once for each connection that was opened, also for one that never came to be.
    void closed() {
        open--;
    }

    /// Nothing is opened any more.
    void end() {
        if (security != null && held) {
            held = false;
            security.release();
        }
    }
}
