package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.tls.TlsContexts;
import dev.meltemi.proxy.upstream.UpstreamUser.Failure;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.TlsOrigination;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/// One proxy's connections on one event loop, by endpoint, those in plaintext apart from those with TLS.
/// Everything happens on that loop: a request never changes thread between its two sockets.
public final class UpstreamPools {
    /// Octets of a connection that wait to be written: above the second mark nothing more is read for it on the other
    /// side, until they are below the first. Envoy's `per_connection_buffer_limit_bytes` at an edge.
    public static final WriteBufferWaterMark BUFFERED = new WriteBufferWaterMark(16 * 1024, 32 * 1024);

    /// A rule demands mTLS and we have no identity.
    static final Failure UNIDENTIFIED =
            new Failure(Failure.Kind.CONNECT, "TLS_error:|this proxy has no identity yet:TLS_error_end");

    private final IdentityHashMap<Endpoint, EndpointPool> plain = new IdentityHashMap<>();
    private final IdentityHashMap<Endpoint, EndpointPool> secured = new IdentityHashMap<>();
    private final IdentityHashMap<Endpoint, Http2Pool> plainHttp2 = new IdentityHashMap<>();
    private final IdentityHashMap<Endpoint, Http2Pool> securedHttp2 = new IdentityHashMap<>();
    private final Map<Originated, Pool> originated = new HashMap<>();
    private final EventLoop loop;
    private final Connector connector;
    private final UpstreamSettings settings;

    /// Endpoints are compared by identity.
    private record Originated(Endpoint endpoint, TlsOrigination how, boolean http2) {}

    public UpstreamPools(EventLoop loop, LoopResources loops, UpstreamSettings settings) {
        this.loop = loop;
        this.settings = settings;
        this.connector = new Connector(new SameLoop(loop, loops), settings);
    }

    /// Lends a way to the endpoint: one that is ready, or one that tells the user when it is. A refusal is told to
    /// the user before this returns. A proxy without an identity speaks plaintext, unless a rule demands mTLS.
    ///
    /// @param cluster on whose behalf, which says whether it is mTLS; null for our own application
    /// @param http2 whether it should speak HTTP/2. Over mesh mTLS the peer may know HTTP/1.1 only, and then it
    /// does
    /// @param fresh not one that has been idle, because such a one has just failed
    public UpstreamStream lend(
            Endpoint endpoint,
            @Nullable Cluster cluster,
            boolean http2,
            long connectTimeoutNanos,
            boolean fresh,
            UpstreamUser user) {
        Pool pool = null;
        TlsOrigination origination = cluster == null ? null : cluster.originates();
        if (origination != null) {
            return originated(endpoint, origination, http2).lend(cluster, connectTimeoutNanos, fresh, user);
        }
        if (cluster != null && cluster.usesMutualTls(endpoint)) {
            EndpointPool known = http2 ? secured.get(endpoint) : null;
            pool = http2 && !(known != null && known.isAllThereIs())
                    ? secured(securedHttp2, endpoint, cluster, Http2Pool::new)
                    : secured(secured, endpoint, cluster, EndpointPool::new);
            if (pool == null && cluster.tls() == Cluster.Tls.MUTUAL) {
                var refused = new UpstreamConnection(
                        new EndpointPool(new Way(endpoint, null, this)), user, null, connectTimeoutNanos);
                refused.unidentified();
                return refused;
            }
        }
        if (pool == null) {
            pool = http2 ? plain(plainHttp2, endpoint, Http2Pool::new) : plain(plain, endpoint, EndpointPool::new);
        }
        return pool.lend(cluster, connectTimeoutNanos, fresh, user);
    }

    /// Connects for one caller's connection that is carried whole: no pool, and no queue.
    ///
    /// @param cluster as of {@link #lend}
    public Dial dial(Endpoint endpoint, @Nullable Cluster cluster, long connectTimeoutNanos, Dial.User user) {
        Security security = cluster == null ? null : security(endpoint, cluster);
        var dial = new Dial(new Way(endpoint, security, this), user);
        if (security == null && cluster != null && cluster.tls() == Cluster.Tls.MUTUAL) {
            dial.onNotOpened(UNIDENTIFIED);
        } else {
            dial.start(cluster, connectTimeoutNanos);
        }
        return dial;
    }

    /// @return null: plaintext
    private @Nullable Security security(Endpoint endpoint, Cluster cluster) {
        TlsOrigination origination = cluster.originates();
        if (origination != null) {
            return new OriginatedTls(settings.credentials(), origination, false, number(endpoint));
        }
        TlsContexts contexts = cluster.usesMutualTls(endpoint) ? settings.tls().hold() : null;
        return contexts == null ? null : security(endpoint, cluster, contexts);
    }

    private static MutualTls security(Endpoint endpoint, Cluster cluster, TlsContexts contexts) {
        return new MutualTls(contexts, cluster.sni(), endpoint.expectedPeer(), number(endpoint));
    }

    private static int number(Endpoint endpoint) {
        return (System.identityHashCode(endpoint) & Integer.MAX_VALUE) | 1;
    }

    /// With TLS that isn't the mesh's own: subsets and ports that say the same of it share connections.
    private Pool originated(Endpoint endpoint, TlsOrigination how, boolean http2) {
        return originated.computeIfAbsent(new Originated(endpoint, how, http2), wanted -> {
            var way = new Way(endpoint, new OriginatedTls(settings.credentials(), how, http2, number(endpoint)), this);
            return http2 ? new Http2Pool(way) : new EndpointPool(way);
        });
    }

    private <P extends Pool> P plain(Map<Endpoint, P> pools, Endpoint endpoint, Function<Way, P> making) {
        P pool = pools.get(endpoint);
        if (pool == null) {
            pool = making.apply(new Way(endpoint, null, this));
            pools.put(endpoint, pool);
        }
        return pool;
    }

    /// The pool of our identity and the endpoint's as they are now. That of a former one lends nothing more: what
    /// is under way there ends there.
    private <P extends Pool> @Nullable P secured(
            Map<Endpoint, P> pools, Endpoint endpoint, Cluster cluster, Function<Way, P> making) {
        P pool = pools.get(endpoint);
        if (pool != null
                && pool.way().security() instanceof MutualTls how
                && settings.tls().isCurrent(how.contexts())
                && Objects.equals(how.expected(), endpoint.expectedPeer())) {
            return pool;
        }
        if (pool != null) {
            pools.remove(endpoint);
            pool.close();
        }
        TlsContexts contexts = settings.tls().hold();
        if (contexts == null) {
            return null;
        }
        P made = making.apply(new Way(endpoint, security(endpoint, cluster, contexts), this));
        pools.put(endpoint, made);
        return made;
    }

    /// Closes what is idle towards endpoints that are gone, before they close it under a request; what is lent closes
    /// when it comes back.
    public void retire() {
        List<? extends Pool> gone =
                all().filter(pool -> pool.way().endpoint().isGone()).toList();
        gone.forEach(Pool::close);
    }

    private Stream<? extends Pool> all() {
        return Stream.of(plain, secured, plainHttp2, securedHttp2, originated)
                .flatMap(pools -> pools.values().stream());
    }

    /// What answers there over mesh mTLS knows HTTP/1.1 only. Believed as long as there are connections that
    /// speak it.
    void onlyHttp1(Endpoint endpoint, @Nullable Cluster cluster) {
        EndpointPool pool = cluster == null ? null : secured(secured, endpoint, cluster, EndpointPool::new);
        if (pool != null) {
            pool.isAllThereIs(true);
        }
    }

    /// Closes what is idle; what is lent closes when it comes back.
    public void close() {
        List<? extends Pool> now = all().toList();
        now.forEach(Pool::close);
    }

    /// It has no connection any more.
    void forget(Pool pool) {
        Way way = pool.way();
        if (way.security() instanceof OriginatedTls) {
            originated.values().remove(pool);
            way.end();
            return;
        }
        boolean isPlain = way.security() == null;
        if (pool instanceof Http2Pool) {
            (isPlain ? plainHttp2 : securedHttp2).remove(way.endpoint(), pool);
        } else {
            (isPlain ? plain : secured).remove(way.endpoint(), pool);
        }
        way.end();
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
