package dev.meltemi.proxy.upstream;

import dev.meltemi.routing.Endpoint;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.tcp.TcpClient;

/// Connections to one endpoint from one event loop. The one used last is lent first, so that the rest can grow
/// idle and close. Bounded: beyond the limit a request is refused, it doesn't wait.
final class EndpointPool {
    private final Endpoint endpoint;
    private final @Nullable MutualTls security;
    private final UpstreamPools pools;
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    private int open;
    private boolean closed;

    /// @param security null: plaintext
    EndpointPool(Endpoint endpoint, @Nullable MutualTls security, UpstreamPools pools) {
        this.endpoint = endpoint;
        this.security = security;
        this.pools = pools;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    @Nullable
    MutualTls security() {
        return security;
    }

    UpstreamPools pools() {
        return pools;
    }

    UpstreamConnection lend(long connectTimeoutNanos, boolean fresh, UpstreamUser user) {
        @Nullable UpstreamConnection pooled = fresh ? null : idle.pollLast();
        if (pooled != null) {
            pooled.lendTo(user);
            return pooled;
        }
        UpstreamConnection connection = new UpstreamConnection(this, user);
        if (open >= pools.settings().maxConnections()) {
            connection.refuse();
        } else {
            open++;
            connection.connect(connectTimeoutNanos);
        }
        return connection;
    }

    /// How the endpoint is reached: on our event loop and, if the proxy has one, from our own address.
    TcpClient connector(long timeoutNanos) {
        InetSocketAddress remote = endpoint.address();
        TcpClient client = TcpClient.newConnection()
                .runOn(pools.onLoop(), true)
                .remoteAddress(() -> remote)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos)))
                .option(ChannelOption.TCP_NODELAY, true);
        String local = pools.settings().bindAddress();
        return local == null
                ? client
                : client.bindAddress(() -> new InetSocketAddress(local, 0))
                        .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
    }

    /// Takes back a connection that can serve again.
    void giveBack(UpstreamConnection connection) {
        if (closed) {
            connection.close();
        } else {
            idle.addLast(connection);
        }
    }

    /// Called once for each connection that was opened, also for one that never came to be.
    void onClosed(UpstreamConnection connection) {
        open--;
        idle.remove(connection);
        if (open == 0) {
            pools.forget(this);
            if (security != null) {
                security.contexts().release();
            }
        }
    }

    void close() {
        closed = true;
        for (UpstreamConnection connection : idle.toArray(UpstreamConnection[]::new)) {
            connection.close();
        }
    }
}
