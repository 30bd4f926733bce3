package dev.meltemi.resources;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// `trafficPolicy` of a DestinationRule or one of its subsets. Empty: not said at this level.
public record TrafficPolicy(
        Blocks blocks,
        List<PortPolicy> ports,
        Optional<RetryBudget> retryBudget,
        Optional<Tunnel> tunnel,
        Optional<ProxyProtocol> proxyProtocol) {
    public TrafficPolicy {
        ports = List.copyOf(ports);
    }

    /// What a level replaces one by one, and a port all at once.
    public record Blocks(
            Optional<LoadBalancer> loadBalancer,
            Optional<ConnectionPool> connectionPool,
            Optional<OutlierDetection> outlierDetection,
            Optional<Tls> tls) {
        public static final Blocks NONE =
                new Blocks(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// Replaces the blocks of its level wholesale for one port.
    public record PortPolicy(int port, Blocks blocks) {}

    /// @param tableSize minimum size of the ring, or size of the Maglev table
    public record LoadBalancer(
            Algorithm algorithm,
            Optional<HashKey> hashKey,
            OptionalLong tableSize,
            Optional<Locality> locality,
            Optional<Warmup> warmup) {}

    /// `LEAST_CONN`, `UNSPECIFIED` and no word are read as `LEAST_REQUEST`.
    public enum Algorithm {
        LEAST_REQUEST,
        ROUND_ROBIN,
        RANDOM,
        PASSTHROUGH,
        RING_HASH,
        MAGLEV,
        /// Only an annotation says it.
        PEAK_EWMA
    }

    public sealed interface HashKey {
        record Header(String name) implements HashKey {}

        /// @param ttl empty: the proxy makes no cookie; zero: for the session
        record Cookie(String name, String path, Optional<Duration> ttl, Map<String, String> attributes)
                implements HashKey {
            public Cookie {
                attributes = Ordered.copy(attributes);
            }
        }

        record SourceIp() implements HashKey {}

        record QueryParameter(String name) implements HashKey {}
    }

    /// @param failover from a region to the one that takes over
    /// @param zoneAware whether it is `zoneAwareLbSetting` that says so
    public record Locality(
            Optional<Boolean> enabled,
            List<Share> distribute,
            Map<String, String> failover,
            List<String> failoverPriority,
            boolean zoneAware,
            OptionalInt minClusterSize) {
        public Locality {
            distribute = List.copyOf(distribute);
            failover = Ordered.copy(failover);
            failoverPriority = List.copyOf(failoverPriority);
        }
    }

    /// @param to percent by locality
    public record Share(String from, Map<String, Integer> to) {
        public Share {
            to = Ordered.copy(to);
        }
    }

    public record Warmup(Duration duration, OptionalDouble minimumPercent, OptionalDouble aggression) {}

    /// Zero counts as unset everywhere but in `tcpIdleTimeout`, where it means never.
    public record ConnectionPool(
            Optional<Duration> connectTimeout,
            OptionalInt maxConnections,
            Optional<Duration> maxConnectionDuration,
            Optional<Duration> tcpIdleTimeout,
            Optional<TcpKeepalive> tcpKeepalive,
            OptionalInt http1MaxPendingRequests,
            OptionalInt http2MaxRequests,
            OptionalInt maxRequestsPerConnection,
            OptionalInt maxRetries,
            Optional<Duration> httpIdleTimeout,
            String h2UpgradePolicy,
            boolean useClientProtocol,
            OptionalInt maxConcurrentStreams,
            Optional<Duration> http2KeepAliveInterval,
            Optional<Duration> http2KeepAliveTimeout) {}

    public record TcpKeepalive(int probes, Optional<Duration> time, Optional<Duration> interval) {}

    /// @param consecutive5xxErrors zero turns it off
    /// @param httpErrorCodes count as errors instead of 5xx
    public record OutlierDetection(
            boolean splitExternalLocalOriginErrors,
            OptionalInt consecutiveLocalOriginFailures,
            OptionalInt consecutiveGatewayErrors,
            OptionalInt consecutive5xxErrors,
            Optional<Duration> interval,
            Optional<Duration> baseEjectionTime,
            OptionalInt maxEjectionPercent,
            OptionalInt minHealthPercent,
            List<Integer> httpErrorCodes) {
        public OutlierDetection {
            httpErrorCodes = List.copyOf(httpErrorCodes);
        }
    }

    /// Paths are files of the caller's; a credential is a secret's name.
    public record Tls(
            TlsMode mode,
            String clientCertificate,
            String privateKey,
            String caCertificates,
            String caCrl,
            String credentialName,
            List<String> subjectAltNames,
            String sni,
            boolean insecureSkipVerify) {
        public Tls {
            subjectAltNames = List.copyOf(subjectAltNames);
        }
    }

    public enum TlsMode {
        DISABLE,
        SIMPLE,
        MUTUAL,
        ISTIO_MUTUAL
    }

    public record RetryBudget(
            OptionalDouble percent, OptionalInt minRetryConcurrency, Optional<Duration> budgetInterval) {}

    /// @param protocol CONNECT or POST
    public record Tunnel(String protocol, String targetHost, int targetPort) {}

    public enum ProxyProtocol {
        V1,
        V2
    }
}
