package dev.meltemi.proxy.upstream;

import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.schemas.compiled.TcpKeepalive;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;

/// How endpoints are reached: on our event loop and, if the proxy has one, from our own address.
record Connector(LoopResources onLoop, UpstreamSettings settings) {
    /// @param cluster on whose behalf; null for our own application
    TcpClient to(Endpoint endpoint, @Nullable Cluster cluster, long timeoutNanos) {
        InetSocketAddress remote = endpoint.address();
        TcpClient client = TcpClient.newConnection()
                .runOn(onLoop, true)
                .remoteAddress(() -> remote)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos)))
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UpstreamPools.BUFFERED);
        AddressResolverGroup<?> resolver = settings.resolver();
        if (resolver != null) {
            client = client.resolver(resolver);
        }
        TcpKeepalive keepalive =
                cluster == null ? null : cluster.breakers().limits().tcpKeepalive();
        if (keepalive != null) {
            client = keptAlive(client, keepalive);
        }
        String local =
                cluster == null || cluster.isInbound() ? settings.applicationBindAddress() : settings.bindAddress();
        return local == null
                ? client
                : client.bindAddress(() -> new InetSocketAddress(local, 0))
                        .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
    }

    /// What isn't said is the system's (`net.ipv4.tcp_keepalive_*`). Whole seconds, as the system counts.
    private static TcpClient keptAlive(TcpClient client, TcpKeepalive said) {
        TcpClient kept = client.option(ChannelOption.SO_KEEPALIVE, true);
        if (said.getProbes() > 0) {
            kept = kept.option(EpollChannelOption.TCP_KEEPCNT, said.getProbes());
        }
        if (said.getTimeUs() != null) {
            kept = kept.option(EpollChannelOption.TCP_KEEPIDLE, seconds(said.getTimeUs()));
        }
        if (said.getIntervalUs() != null) {
            kept = kept.option(EpollChannelOption.TCP_KEEPINTVL, seconds(said.getIntervalUs()));
        }
        return kept;
    }

    private static int seconds(long micros) {
        return Math.clamp(TimeUnit.MICROSECONDS.toSeconds(micros), 1, Short.MAX_VALUE);
    }
}
