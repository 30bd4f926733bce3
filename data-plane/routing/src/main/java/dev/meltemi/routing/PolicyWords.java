package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ClientTlsSettings;
import dev.meltemi.schemas.compiled.HashCookie;
import dev.meltemi.schemas.compiled.HashKey;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.LocalitySettings;
import dev.meltemi.schemas.compiled.TcpKeepalive;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Says a policy as a document would, its defaults included where a block is there.
final class PolicyWords {
    private final SortedMap<String, Object> words = new TreeMap<>();

    private PolicyWords() {}

    static SortedMap<String, Object> of(PolicyInForce policy) {
        var words = new PolicyWords();
        words.balancing(policy);
        words.pool(policy.pool());
        words.outlier(policy.outlier());
        if (policy.tls() != null) {
            words.say("tls.mode", policy.tls().name());
        }
        words.tls(policy.tlsSettings());
        var budget = policy.retryBudget();
        if (budget != null) {
            words.say("retryBudget.percent", budget.getPercent());
            words.say("retryBudget.minRetryConcurrency", budget.getMinRetryConcurrency());
            words.sayMicros("retryBudget.budgetInterval", budget.getBudgetIntervalUs());
        }
        words.healthCheck(policy.healthCheck());
        words.sayUnless("proxyProtocol.version", policy.proxyProtocol(), "");
        var tunnel = policy.tunnel();
        if (tunnel != null) {
            words.say("tunnel.protocol", tunnel.getProtocol());
            words.say("tunnel.targetHost", tunnel.getTargetHost());
            words.say("tunnel.targetPort", tunnel.getTargetPort());
        }
        return words.words;
    }

    private void balancing(PolicyInForce policy) {
        String hash = "loadBalancer.consistentHash";
        switch (policy.balancing()) {
            case RING_HASH -> {
                say(hash + ".ringHash.minimumRingSize", policy.hashTableSize());
                // the name of before, which documents may still use
                say(hash + ".minimumRingSize", policy.hashTableSize());
            }
            case MAGLEV -> say(hash + ".maglev.tableSize", policy.hashTableSize());
            case LEAST_REQUEST, ROUND_ROBIN, RANDOM, PASSTHROUGH, PEAK_EWMA, UNKNOWN ->
                say("loadBalancer.simple", simple(policy.balancing()).name());
        }
        HashKey key = policy.hash();
        if (key != null) {
            sayUnless(hash + ".httpHeaderName", key.getHeader(), "");
            sayUnless(hash + ".httpQueryParameterName", key.getQueryParameter(), "");
            sayUnless(hash + ".useSourceIp", key.getSourceIp(), false);
            HashCookie cookie = key.getCookie();
            if (cookie != null) {
                say(hash + ".httpCookie.name", cookie.getName());
                sayUnless(hash + ".httpCookie.path", cookie.getPath(), "");
                sayMicros(hash + ".httpCookie.ttl", cookie.getTtlUs());
                List<Map<String, String>> attributes = cookie.getAttributes().entrySet().stream()
                        .map(each -> Map.of("name", each.getKey(), "value", each.getValue()))
                        .toList();
                sayUnless(hash + ".httpCookie.attributes", attributes, List.of());
            }
        }
        var warmup = policy.warmup();
        if (warmup != null) {
            sayMicros("loadBalancer.warmup.duration", warmup.getDurationUs());
            say("loadBalancer.warmup.minimumPercent", warmup.getMinimumPercent());
            say("loadBalancer.warmup.aggression", warmup.getAggression());
        }
        locality(policy.locality());
    }

    private void healthCheck(@Nullable HealthCheck check) {
        if (check != null) {
            say("healthCheck.kind", check.getKind().name());
            sayUnless("healthCheck.path", check.getPath(), "/");
            sayUnless("healthCheck.host", check.getHost(), "");
            sayUnless("healthCheck.service", check.getService(), "");
            sayMicros("healthCheck.interval", check.getIntervalUs());
            sayMicros("healthCheck.timeout", check.getTimeoutUs());
            say("healthCheck.healthy", check.getHealthyThreshold());
            say("healthCheck.unhealthy", check.getUnhealthyThreshold());
        }
    }

    private static LoadBalancer simple(LoadBalancer balancing) {
        return balancing == LoadBalancer.UNKNOWN ? LoadBalancer.LEAST_REQUEST : balancing;
    }

    private void locality(@Nullable LocalitySettings locality) {
        if (locality == null) {
            return;
        }
        String at = "loadBalancer." + (locality.getZoneAware() ? "zoneAwareLbSetting" : "localityLbSetting");
        if (locality.getEnabled() != null) {
            say(at + ".enabled", locality.getEnabled());
        }
        List<Map<String, Object>> shares = locality.getDistribute().stream()
                .map(share -> Map.<String, Object>of("from", share.getFrom(), "to", share.getTo()))
                .toList();
        sayUnless(at + ".distribute", shares, List.of());
        List<Map<String, String>> failover = locality.getFailover().entrySet().stream()
                .map(each -> Map.of("from", each.getKey(), "to", each.getValue()))
                .toList();
        sayUnless(at + ".failover", failover, List.of());
        sayUnless(at + ".failoverPriority", locality.getFailoverPriority(), List.of());
        if (locality.getMinClusterSize() != null) {
            say(at + ".minClusterSize", locality.getMinClusterSize());
        }
    }

    private void pool(PoolLimits pool) {
        String tcp = "connectionPool.tcp";
        String http = "connectionPool.http";
        say(tcp + ".connectTimeout", Duration.ofNanos(pool.connectTimeoutNanos()));
        sayUnless(tcp + ".maxConnections", pool.maxConnections(), PoolLimits.UNLIMITED);
        sayNanos(tcp + ".maxConnectionDuration", pool.maxConnectionNanos());
        if (pool.tcpIdleTimeoutNanos() != null) {
            say(tcp + ".idleTimeout", Duration.ofNanos(pool.tcpIdleTimeoutNanos()));
        }
        TcpKeepalive keepalive = pool.tcpKeepalive();
        if (keepalive != null) {
            sayUnless(tcp + ".tcpKeepalive.probes", keepalive.getProbes(), 0);
            sayMicros(tcp + ".tcpKeepalive.time", keepalive.getTimeUs());
            sayMicros(tcp + ".tcpKeepalive.interval", keepalive.getIntervalUs());
        }
        if (pool.httpIdleTimeoutNanos() != null) {
            say(http + ".idleTimeout", Duration.ofNanos(pool.httpIdleTimeoutNanos()));
        }
        sayUnless(http + ".http1MaxPendingRequests", pool.maxPending(), PoolLimits.UNLIMITED);
        sayUnless(http + ".http2MaxRequests", pool.maxRequests(), PoolLimits.UNLIMITED);
        sayUnless(http + ".maxRequestsPerConnection", pool.maxRequestsPerConnection(), 0);
        sayUnless(http + ".maxRetries", pool.maxRetries(), PoolLimits.UNLIMITED);
        sayUnless(http + ".h2UpgradePolicy", pool.h2Upgrade(), "DEFAULT");
        sayUnless(http + ".useClientProtocol", pool.useClientProtocol(), false);
        sayUnless(http + ".maxConcurrentStreams", pool.maxConcurrentStreams(), PoolLimits.UNLIMITED);
        sayNanos(http + ".http2KeepAlive.interval", pool.http2KeepaliveNanos());
        sayNanos(http + ".http2KeepAlive.timeout", pool.http2KeepaliveTimeoutNanos());
    }

    private void outlier(@Nullable OutlierSettings outlier) {
        if (outlier == null) {
            return;
        }
        String at = "outlierDetection";
        sayUnless(at + ".splitExternalLocalOriginErrors", outlier.splitLocalErrors(), false);
        if (outlier.splitLocalErrors()) {
            say(at + ".consecutiveLocalOriginFailures", outlier.consecutiveLocalFailures());
        }
        say(at + ".consecutiveGatewayErrors", outlier.consecutiveGatewayErrors());
        say(at + ".consecutive5xxErrors", outlier.consecutive5xxErrors());
        say(at + ".interval", Duration.ofNanos(outlier.intervalNanos()));
        say(at + ".baseEjectionTime", Duration.ofNanos(outlier.baseEjectionNanos()));
        say(at + ".maxEjectionPercent", outlier.maxEjectionPercent());
        say(at + ".minHealthPercent", outlier.minHealthPercent());
        sayUnless(at + ".outlierDetectionHttpErrorCodes", outlier.errorCodes(), List.of());
    }

    private void tls(@Nullable ClientTlsSettings tls) {
        if (tls == null) {
            return;
        }
        sayUnless("tls.clientCertificate", tls.getCertificatePath(), "");
        sayUnless("tls.privateKey", tls.getPrivateKeyPath(), "");
        sayUnless("tls.caCertificates", tls.getCaCertificatesPath(), "");
        sayUnless("tls.caCrl", tls.getCrlPath(), "");
        sayUnless("tls.credentialName", tls.getCredentialName(), "");
        sayUnless("tls.subjectAltNames", tls.getSubjectAltNames(), List.of());
        sayUnless("tls.sni", tls.getSni(), "");
        sayUnless("tls.insecureSkipVerify", tls.getInsecureSkipVerify(), false);
        sayUnless("tls.caCredentialNames", tls.getCaCredentialNames(), List.of());
        sayUnless("tls.trouble", tls.getTrouble(), "");
    }

    private void sayMicros(String path, @Nullable Long micros) {
        if (micros != null) {
            say(path, Duration.of(micros, ChronoUnit.MICROS));
        }
    }

    private void sayNanos(String path, long nanos) {
        sayUnless(path, Duration.ofNanos(nanos), Duration.ZERO);
    }

    private void sayUnless(String path, Object value, Object unsaid) {
        if (!value.equals(unsaid)) {
            say(path, value);
        }
    }

    private void say(String path, Object value) {
        SortedMap<String, Object> at = words;
        String rest = path;
        for (int dot = rest.indexOf('.'); dot >= 0; dot = rest.indexOf('.')) {
            at = inner(at, rest.substring(0, dot));
            rest = rest.substring(dot + 1);
        }
        at.put(rest, value);
    }

    @SuppressWarnings("unchecked") // what is no leaf was made here
    private static SortedMap<String, Object> inner(SortedMap<String, Object> of, String name) {
        return (SortedMap<String, Object>) of.computeIfAbsent(name, _ -> new TreeMap<String, Object>());
    }
}
