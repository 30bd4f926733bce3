package dev.meltemi.proxy.names;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Learns how long answers hold, which a resolver tells its cache only; keeps no answer, so that each question is
/// asked. Two names with one address may learn each other's time: both are right.
final class TimesToLive implements DnsCache {
    /// Names that nobody takes the time of: questions that failed half-way.
    private static final int MOST = 100_000;

    private final Map<InetAddress, Long> seconds = new ConcurrentHashMap<>();

    /// @return the shortest of the answer, 0 when none says it
    long take(List<InetAddress> answer) {
        long shortest = Long.MAX_VALUE;
        for (InetAddress address : answer) {
            Long said = seconds.remove(address);
            shortest = said == null ? shortest : Math.min(shortest, said);
        }
        return shortest == Long.MAX_VALUE ? 0 : shortest;
    }

    @Override
    public DnsCacheEntry cache(
            String hostname,
            DnsRecord @Nullable [] additionals,
            InetAddress address,
            long originalTtl,
            EventLoop loop) {
        if (seconds.size() < MOST) {
            seconds.merge(address, originalTtl, Math::min);
        }
        return new Told(address, null);
    }

    @Override
    public DnsCacheEntry cache(String hostname, DnsRecord @Nullable [] additionals, Throwable cause, EventLoop loop) {
        return new Told(null, cause);
    }

    @Override
    public List<? extends DnsCacheEntry> get(String hostname, DnsRecord @Nullable [] additionals) {
        return List.of();
    }

    @Override
    public void clear() {
        seconds.clear();
    }

    @Override
    public boolean clear(String hostname) {
        return false;
    }

    private record Told(
            @Nullable InetAddress address, @Nullable Throwable cause) implements DnsCacheEntry {}
}
