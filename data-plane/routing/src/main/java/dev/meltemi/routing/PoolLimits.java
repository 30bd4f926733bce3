package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.TcpKeepalive;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Limits of a cluster, which all event loops of a proxy share. Zero in a document is unset, as in Istio, and what is
/// unset has no limit: `Integer.MAX_VALUE` here (Istio: `getDefaultCircuitBreakerThresholds`).
///
/// @param maxPending requests that may wait for a connection
/// @param maxRequests under way
/// @param maxRequestsPerConnection 0: any number
/// @param maxRetries under way
/// @param tcpIdleTimeoutNanos null: not said
/// @param httpIdleTimeoutNanos null: not said
/// @param maxConnectionNanos age at which a connection takes no more requests, 0: none
/// @param h2Upgrade DEFAULT, DO_NOT_UPGRADE or UPGRADE
/// @param maxConcurrentStreams of an HTTP/2 connection
/// @param http2KeepaliveNanos 0: no pings
/// @param http2KeepaliveTimeoutNanos after which an unanswered ping closes the connection
public record PoolLimits(
        long connectTimeoutNanos,
        int maxConnections,
        int maxPending,
        int maxRequests,
        int maxRequestsPerConnection,
        int maxRetries,
        @Nullable Long tcpIdleTimeoutNanos,
        @Nullable Long httpIdleTimeoutNanos,
        long maxConnectionNanos,
        @Nullable TcpKeepalive tcpKeepalive,
        String h2Upgrade,
        boolean useClientProtocol,
        int maxConcurrentStreams,
        long http2KeepaliveNanos,
        long http2KeepaliveTimeoutNanos) {
    static final int UNLIMITED = Integer.MAX_VALUE;

    public static final long NEVER = Long.MAX_VALUE;

    /// Istio's `connectTimeout` of the mesh.
    static final long CONNECT_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    public static final PoolLimits NONE = of(null, null);

    static PoolLimits of(@Nullable ConnectionPool said, @Nullable Long connectTimeoutMicros) {
        ConnectionPool pool = said == null ? ConnectionPool.newBuilder().build() : said;
        return new PoolLimits(
                nanos(connectTimeoutMicros, CONNECT_TIMEOUT_NANOS),
                limit(pool.getMaxConnections()),
                limit(pool.getHttp1MaxPendingRequests()),
                limit(pool.getHttp2MaxRequests()),
                pool.getMaxRequestsPerConnection() == null ? 0 : pool.getMaxRequestsPerConnection(),
                limit(pool.getMaxRetries()),
                maybeNanos(pool.getTcpIdleTimeoutUs()),
                maybeNanos(pool.getHttpIdleTimeoutUs()),
                nanos(pool.getMaxConnectionDurationUs(), 0),
                pool.getTcpKeepalive(),
                pool.getH2Upgrade(),
                pool.getUseClientProtocol(),
                limit(pool.getMaxConcurrentStreams()),
                nanos(pool.getHttp2KeepaliveIntervalUs(), 0),
                nanos(pool.getHttp2KeepaliveTimeoutUs(), 0));
    }

    /// Of a connection without requests: `http.idleTimeout` wins over `tcp.idleTimeout`.
    ///
    /// @return 0: never
    public long idleTimeoutNanos(long otherwise) {
        if (httpIdleTimeoutNanos != null) {
            return httpIdleTimeoutNanos;
        }
        return tcpIdleTimeoutNanos == null ? otherwise : tcpIdleTimeoutNanos;
    }

    /// When a connection that has just served closes unless it is used before: idle for too long, or too old.
    ///
    /// @param idleNanos that it may be idle where no rule says
    /// @return on the clock of `now`; {@link #NEVER}; 0: at once
    public long closesAt(long now, long openedAt, int served, long idleNanos) {
        if (maxRequestsPerConnection > 0 && served >= maxRequestsPerConnection) {
            return 0;
        }
        long patience = idleTimeoutNanos(idleNanos);
        long closesAt = patience == 0 ? NEVER : now + patience;
        if (maxConnectionNanos > 0) {
            long tooOldAt = openedAt + maxConnectionNanos;
            return tooOldAt <= now ? 0 : Math.min(closesAt, tooOldAt);
        }
        return closesAt;
    }

    private static @Nullable Long maybeNanos(@Nullable Long micros) {
        return micros == null ? null : TimeUnit.MICROSECONDS.toNanos(micros);
    }

    private static int limit(@Nullable Integer said) {
        return said == null || said <= 0 ? UNLIMITED : said;
    }

    private static long nanos(@Nullable Long micros, long otherwise) {
        return micros == null ? otherwise : TimeUnit.MICROSECONDS.toNanos(micros);
    }
}
