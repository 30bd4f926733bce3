package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/// One proxy's connections on one event loop, by endpoint, those in plaintext apart from those with mesh mTLS.
/// Everything happens on that loop: a request never changes thread between its two sockets.
public final class UpstreamPools {
    /// Octets of a connection that wait to be written: above the second mark nothing more is read for it on the other
    /// side, until they are below the first. Envoy's `per_connection_buffer_limit_bytes` at an edge.
    public static final WriteBufferWaterMark BUFFERED = new WriteBufferWaterMark(16 * 1024, 32 * 1024);

    private final IdentityHashMap<Endpoint, EndpointPool> plain = new IdentityHashMap<>();
    private final IdentityHashMap<Endpoint, EndpointPool> secured = new IdentityHashMap<>();
    private final EventLoop loop;
    private final Connector connector;
    private final UpstreamSettings settings;

    public UpstreamPools(EventLoop loop, LoopResources loops, UpstreamSettings settings) {
        this.loop = loop;
        this.settings = settings;
        this.connector = new Connector(new SameLoop(loop, loops), settings);
    }

    /// Lends a connection: a pooled one that is ready, or a new one that tells the user when it is. A refusal is
    /// told to the user before this returns. A proxy without an identity speaks plaintext, unless a rule demands
    /// mTLS.
    ///
    /// @param cluster on whose behalf, which says whether it is mTLS; null for our own application
    /// @param fresh not one that has been idle, because such a one has just failed
    public UpstreamStream lend(
            Endpoint endpoint, @Nullable Cluster cluster, long connectTimeoutNanos, boolean fresh, UpstreamUser user) {
        EndpointPool pool = null;
        if (cluster != null && cluster.usesMutualTls(endpoint)) {
            pool = secured(endpoint, cluster);
            if (pool == null && cluster.tls() == Cluster.Tls.MUTUAL) {
                var refused =
                        new UpstreamConnection(new EndpointPool(endpoint, null, this), user, null, connectTimeoutNanos);
                refused.unidentified();
                return refused;
            }
        }
        if (pool == null) {
            pool = plain.get(endpoint);
            if (pool == null) {
                pool = new EndpointPool(endpoint, null, this);
                plain.put(endpoint, pool);
            }
        }
        return pool.lend(cluster, connectTimeoutNanos, fresh, user);
    }

    /// Connects for one caller's connection that is carried whole: no pool, and no queue.
    ///
    /// @param cluster as of {@link #lend}
    public Dial dial(Endpoint endpoint, @Nullable Cluster cluster, long connectTimeoutNanos, Dial.User user) {
        boolean mutual = cluster != null && cluster.usesMutualTls(endpoint);
        TlsContexts contexts = mutual ? settings.tls().hold() : null;
        MutualTls security = cluster == null || contexts == null ? null : security(endpoint, cluster, contexts);
        var dial = new Dial(security, settings, connectTimeoutNanos, user);
        if (security == null && cluster != null && mutual && cluster.tls() == Cluster.Tls.MUTUAL) {
            dial.unidentified();
        } else {
            dial.connect(connector.to(endpoint, cluster, connectTimeoutNanos));
        }
        return dial;
    }

    private static MutualTls security(Endpoint endpoint, Cluster cluster, TlsContexts contexts) {
        int number = (System.identityHashCode(endpoint) & Integer.MAX_VALUE) | 1;
        return new MutualTls(contexts, cluster.sni(), endpoint.expectedPeer(), number);
    }

    /// The pool of our identity and the endpoint's as they are now. That of a former one lends nothing more: what
    /// is under way there ends there.
    private @Nullable EndpointPool secured(Endpoint endpoint, Cluster cluster) {
        EndpointPool pool = secured.get(endpoint);
        MutualTls how = pool == null ? null : pool.security();
        if (pool != null
                && how != null
                && settings.tls().isCurrent(how.contexts())
                && Objects.equals(how.expected(), endpoint.expectedPeer())) {
            return pool;
        }
        if (pool != null) {
            secured.remove(endpoint);
            pool.close();
        }
        TlsContexts contexts = settings.tls().hold();
        if (contexts == null) {
            return null;
        }
        var made = new EndpointPool(endpoint, security(endpoint, cluster, contexts), this);
        secured.put(endpoint, made);
        return made;
    }

    /// Closes what is idle towards endpoints that are gone, before they close it under a request; what is lent closes
    /// when it comes back.
    public void retire() {
        List<EndpointPool> gone = Stream.concat(plain.values().stream(), secured.values().stream())
                .filter(pool -> pool.endpoint().isGone())
                .toList();
        gone.forEach(EndpointPool::close);
    }

    /// Closes what is idle; what is lent closes when it comes back.
    public void close() {
        List<EndpointPool> all = new ArrayList<>(plain.values());
        all.addAll(secured.values());
        all.forEach(EndpointPool::close);
    }

    void forget(EndpointPool pool) {
        (pool.security() == null ? plain : secured).remove(pool.endpoint(), pool);
    }

    EventLoop loop() {
        return loop;
    }

    Connector connector() {
        return connector;
    }

    UpstreamSettings settings() {
        return settings;
    }
}
