package dev.meltemi.rules;

import dev.meltemi.resources.TrafficPolicy.Algorithm;
import dev.meltemi.resources.TrafficPolicy.Blocks;
import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.ClientTlsSettings;
import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.HashCookie;
import dev.meltemi.schemas.compiled.HashKey;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.LocalitySettings;
import dev.meltemi.schemas.compiled.LocalityShare;
import dev.meltemi.schemas.compiled.OutlierDetection;
import dev.meltemi.schemas.compiled.PortPolicy;
import dev.meltemi.schemas.compiled.RetryBudget;
import dev.meltemi.schemas.compiled.TcpKeepalive;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import dev.meltemi.schemas.compiled.Tunnel;
import dev.meltemi.schemas.compiled.Warmup;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One level of a DestinationRule's policy as callers read it.
final class TrafficPolicies {
    private TrafficPolicies() {}

    static TrafficPolicy compiled(dev.meltemi.resources.TrafficPolicy policy) {
        var ports = new TreeMap<String, PortPolicy>();
        policy.ports().forEach(port -> ports.putIfAbsent(Integer.toString(port.port()), ofPort(port.blocks())));
        PortPolicy blocks = ofPort(policy.blocks());
        return TrafficPolicy.newBuilder()
                .setPorts(ports)
                .setLoadBalancer(blocks.getLoadBalancer())
                .setConnectTimeoutUs(blocks.getConnectTimeoutUs())
                .setTls(blocks.getTls())
                .setTlsSettings(blocks.getTlsSettings())
                .setHash(blocks.getHash())
                .setHashTableSize(blocks.getHashTableSize())
                .setLocality(blocks.getLocality())
                .setWarmup(blocks.getWarmup())
                .setConnectionPool(blocks.getConnectionPool())
                .setOutlierDetection(blocks.getOutlierDetection())
                .setRetryBudget(
                        policy.retryBudget().map(TrafficPolicies::compiled).orElse(null))
                .setProxyProtocol(policy.proxyProtocol().map(Enum::name).orElse(""))
                .setTunnel(policy.tunnel()
                        .map(tunnel -> new Tunnel(tunnel.protocol(), tunnel.targetHost(), tunnel.targetPort()))
                        .orElse(null))
                .build();
    }

    private static PortPolicy ofPort(Blocks blocks) {
        var out = PortPolicy.newBuilder();
        blocks.loadBalancer().ifPresent(balancer -> balancing(balancer, out));
        blocks.connectionPool()
                .ifPresent(pool ->
                        out.setConnectionPool(compiled(pool)).setConnectTimeoutUs(micros(pool.connectTimeout())));
        blocks.outlierDetection().ifPresent(outlier -> out.setOutlierDetection(compiled(outlier)));
        blocks.tls()
                .ifPresent(tls -> out.setTls(ClientTls.valueOf(tls.mode().name()))
                        .setTlsSettings(
                                tls.mode() == dev.meltemi.resources.TrafficPolicy.TlsMode.DISABLE
                                        ? null
                                        : compiled(tls)));
        return out.build();
    }

    private static void balancing(dev.meltemi.resources.TrafficPolicy.LoadBalancer balancer, PortPolicy.Builder out) {
        out.setLoadBalancer(compiled(balancer.algorithm()))
                .setHash(balancer.hashKey().map(TrafficPolicies::compiled).orElse(null))
                .setHashTableSize(
                        balancer.tableSize().isPresent() ? balancer.tableSize().getAsLong() : null)
                .setLocality(balancer.locality().map(TrafficPolicies::compiled).orElse(null))
                .setWarmup(balancer.warmup()
                        .map(warmup -> new Warmup(
                                Micros.of(warmup.duration()),
                                warmup.minimumPercent().orElse(10),
                                warmup.aggression().orElse(1)))
                        .orElse(null));
    }

    private static LoadBalancer compiled(Algorithm algorithm) {
        return switch (algorithm) {
            case LEAST_REQUEST -> LoadBalancer.LEAST_REQUEST;
            case ROUND_ROBIN -> LoadBalancer.ROUND_ROBIN;
            case RANDOM -> LoadBalancer.RANDOM;
            case PASSTHROUGH -> LoadBalancer.PASSTHROUGH;
            case RING_HASH -> LoadBalancer.RING_HASH;
            case MAGLEV -> LoadBalancer.MAGLEV;
            case PEAK_EWMA -> LoadBalancer.PEAK_EWMA;
        };
    }

    private static HashKey compiled(dev.meltemi.resources.TrafficPolicy.HashKey key) {
        var out = HashKey.newBuilder();
        switch (key) {
            case dev.meltemi.resources.TrafficPolicy.HashKey.Header(var name) -> out.setHeader(name);
            case dev.meltemi.resources.TrafficPolicy.HashKey.Cookie(var name, var path, var ttl, var attributes) ->
                out.setCookie(new HashCookie(name, path, micros(ttl), new TreeMap<>(attributes)));
            case dev.meltemi.resources.TrafficPolicy.HashKey.SourceIp() -> out.setSourceIp(true);
            case dev.meltemi.resources.TrafficPolicy.HashKey.QueryParameter(var name) -> out.setQueryParameter(name);
        }
        return out.build();
    }

    static LocalitySettings compiled(dev.meltemi.resources.TrafficPolicy.Locality locality) {
        return LocalitySettings.newBuilder()
                .setEnabled(locality.enabled().orElse(null))
                .setDistribute(locality.distribute().stream()
                        .map(share -> new LocalityShare(share.from(), new TreeMap<>(share.to())))
                        .toList())
                .setFailover(new TreeMap<>(locality.failover()))
                .setFailoverPriority(locality.failoverPriority())
                .setZoneAware(locality.zoneAware())
                .setMinClusterSize(number(locality.minClusterSize()))
                .build();
    }

    static TcpKeepalive compiled(dev.meltemi.resources.TrafficPolicy.TcpKeepalive keepalive) {
        return new TcpKeepalive(keepalive.probes(), micros(keepalive.time()), micros(keepalive.interval()));
    }

    static ConnectionPool compiled(dev.meltemi.resources.TrafficPolicy.ConnectionPool pool) {
        return ConnectionPool.newBuilder()
                .setMaxConnections(number(pool.maxConnections()))
                .setMaxConnectionDurationUs(micros(pool.maxConnectionDuration()))
                .setTcpIdleTimeoutUs(micros(pool.tcpIdleTimeout()))
                .setTcpKeepalive(
                        pool.tcpKeepalive().map(TrafficPolicies::compiled).orElse(null))
                .setHttp1MaxPendingRequests(number(pool.http1MaxPendingRequests()))
                .setHttp2MaxRequests(number(pool.http2MaxRequests()))
                .setMaxRequestsPerConnection(number(pool.maxRequestsPerConnection()))
                .setMaxRetries(number(pool.maxRetries()))
                .setHttpIdleTimeoutUs(micros(pool.httpIdleTimeout()))
                .setH2Upgrade(pool.h2UpgradePolicy())
                .setUseClientProtocol(pool.useClientProtocol())
                .setMaxConcurrentStreams(number(pool.maxConcurrentStreams()))
                .setHttp2KeepaliveIntervalUs(micros(pool.http2KeepAliveInterval()))
                .setHttp2KeepaliveTimeoutUs(micros(pool.http2KeepAliveTimeout()))
                .build();
    }

    static OutlierDetection compiled(dev.meltemi.resources.TrafficPolicy.OutlierDetection outlier) {
        return OutlierDetection.newBuilder()
                .setSplitExternalLocalOriginErrors(outlier.splitExternalLocalOriginErrors())
                .setConsecutiveLocalOriginFailures(number(outlier.consecutiveLocalOriginFailures()))
                .setConsecutiveGatewayErrors(number(outlier.consecutiveGatewayErrors()))
                .setConsecutive5xxErrors(number(outlier.consecutive5xxErrors()))
                .setIntervalUs(micros(outlier.interval()))
                .setBaseEjectionTimeUs(micros(outlier.baseEjectionTime()))
                .setMaxEjectionPercent(number(outlier.maxEjectionPercent()))
                .setMinHealthPercent(number(outlier.minHealthPercent()))
                .setHttpErrorCodes(outlier.httpErrorCodes())
                .build();
    }

    private static ClientTlsSettings compiled(dev.meltemi.resources.TrafficPolicy.Tls tls) {
        return ClientTlsSettings.newBuilder()
                .setCertificatePath(tls.clientCertificate())
                .setPrivateKeyPath(tls.privateKey())
                .setCaCertificatesPath(tls.caCertificates())
                .setCrlPath(tls.caCrl())
                .setCredentialName(tls.credentialName())
                .setSubjectAltNames(tls.subjectAltNames())
                .setSni(tls.sni())
                .setInsecureSkipVerify(tls.insecureSkipVerify())
                .build();
    }

    /// A concurrency of 0 is unset, as in Istio.
    private static RetryBudget compiled(dev.meltemi.resources.TrafficPolicy.RetryBudget budget) {
        int concurrency = budget.minRetryConcurrency().orElse(0);
        return new RetryBudget(
                budget.percent().orElse(20), concurrency == 0 ? 3 : concurrency, micros(budget.budgetInterval()));
    }

    private static @Nullable Long micros(Optional<Duration> duration) {
        return duration.map(Micros::of).orElse(null);
    }

    private static @Nullable Integer number(OptionalInt number) {
        return number.isPresent() ? number.getAsInt() : null;
    }
}
