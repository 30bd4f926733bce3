package dev.meltemi.proxy;

import dev.meltemi.proxy.upstream.UpstreamPools;
import dev.meltemi.proxy.upstream.UpstreamStream;
import dev.meltemi.proxy.wire.Deadline;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.routing.RouteTable;
import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.access.WorkloadLabels;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What one proxy keeps on one event loop; touched by that loop only.
final class Loop {
    private static final int MOST_PASSTHROUGHS = 1024;

    final EventLoop executor;
    final UpstreamPools pools;
    final RandomGenerator random;
    final Map<Channel, CallerConnection> connections = new HashMap<>();
    final HttpDate date = new HttpDate();
    int mirrors;
    private final Map<InetSocketAddress, Endpoint> passthroughs = new LinkedHashMap<>(16, 0.75F, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<InetSocketAddress, Endpoint> eldest) {
            return size() > MOST_PASSTHROUGHS;
        }
    };
    private @Nullable Introduction introduction;

    private record Introduction(Workload self, AsciiString labels) {}

    /// @param seed of the loop's own generator, since one that is shared would be contended
    Loop(EventLoop executor, UpstreamPools pools, long seed) {
        this.executor = executor;
        this.pools = pools;
        this.random = new SplittableRandom(seed);
    }

    /// An address that somebody asked for and nobody registered; the same endpoint each time, so that its connections
    /// are used again.
    Endpoint passthrough(InetSocketAddress asked) {
        return passthroughs.computeIfAbsent(
                asked, address -> new Endpoint("passthrough", address, WorkloadLabels.NOBODY, 1));
    }

    /// What the other proxy hears of us with the first request of a connection with mesh mTLS, and only then: a
    /// connection has one peer.
    ///
    /// @return encoded labels, or null
    @SuppressWarnings("ReferenceEquality") // a proxy's tables share one workload
    @Nullable
    AsciiString introduction(UpstreamStream upstream, RouteTable table) {
        if (!upstream.introduces()) {
            return null;
        }
        Introduction known = introduction;
        if (known == null || known.self != table.self()) {
            known = new Introduction(table.self(), AsciiString.of(PeerLabels.encoded(table.self())));
            introduction = known;
        }
        return known.labels();
    }

    long now() {
        return Deadline.now(executor);
    }
}
