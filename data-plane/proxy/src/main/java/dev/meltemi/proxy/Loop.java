package dev.meltemi.proxy;

import dev.meltemi.proxy.upstream.UpstreamPools;
import dev.meltemi.proxy.wire.Deadline;
import io.netty.channel.EventLoop;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// What one proxy keeps on one event loop; touched by that loop only.
final class Loop {
    final EventLoop executor;
    final UpstreamPools pools;
    final RandomGenerator random;
    final Set<ClientConnection> connections = new HashSet<>();
    final HttpDate date = new HttpDate();
    int mirrors;

    /// @param seed of the loop's own generator, since one that is shared would be contended
    Loop(EventLoop executor, UpstreamPools pools, long seed) {
        this.executor = executor;
        this.pools = pools;
        this.random = new SplittableRandom(seed);
    }

    long now() {
        return Deadline.now(executor);
    }
}
