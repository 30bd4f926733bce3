package dev.meltemi.proxy.upstream;

import dev.meltemi.routing.Endpoint;
import io.netty.channel.EventLoop;
import java.util.IdentityHashMap;
import reactor.netty.resources.LoopResources;

/// One proxy's connections on one event loop, by endpoint. Everything happens on that loop: a request never
/// changes thread between its two sockets.
public final class UpstreamPools {
    private final IdentityHashMap<Endpoint, EndpointPool> byEndpoint = new IdentityHashMap<>();
    private final EventLoop loop;
    private final LoopResources onLoop;
    private final UpstreamSettings settings;

    public UpstreamPools(EventLoop loop, LoopResources loops, UpstreamSettings settings) {
        this.loop = loop;
        this.onLoop = new SameLoop(loop, loops);
        this.settings = settings;
    }

    /// Lends a connection: a pooled one that is ready, or a new one that tells the user when it is. A refusal is
    /// told to the user before this returns.
    ///
    /// @param fresh not one that has been idle, because such a one has just failed
    public UpstreamConnection lend(Endpoint endpoint, long connectTimeoutNanos, boolean fresh, UpstreamUser user) {
        EndpointPool pool = byEndpoint.get(endpoint);
        if (pool == null) {
            pool = new EndpointPool(endpoint, this);
            byEndpoint.put(endpoint, pool);
        }
        return pool.lend(connectTimeoutNanos, fresh, user);
    }

    /// Closes what is idle; what is lent closes when it comes back.
    public void close() {
        for (EndpointPool pool : byEndpoint.values().toArray(EndpointPool[]::new)) {
            pool.close();
        }
    }

    void forget(EndpointPool pool) {
        byEndpoint.remove(pool.endpoint(), pool);
    }

    EventLoop loop() {
        return loop;
    }

    LoopResources onLoop() {
        return onLoop;
    }

    UpstreamSettings settings() {
        return settings;
    }
}
