package dev.meltemi.resources;

import dev.meltemi.resources.TrafficPolicy.Algorithm;
import dev.meltemi.resources.TrafficPolicy.Blocks;
import dev.meltemi.resources.TrafficPolicy.ConnectionPool;
import dev.meltemi.resources.TrafficPolicy.HashKey;
import dev.meltemi.resources.TrafficPolicy.LoadBalancer;
import dev.meltemi.resources.TrafficPolicy.Locality;
import dev.meltemi.resources.TrafficPolicy.OutlierDetection;
import dev.meltemi.resources.TrafficPolicy.PortPolicy;
import dev.meltemi.resources.TrafficPolicy.ProxyProtocol;
import dev.meltemi.resources.TrafficPolicy.RetryBudget;
import dev.meltemi.resources.TrafficPolicy.Share;
import dev.meltemi.resources.TrafficPolicy.TcpKeepalive;
import dev.meltemi.resources.TrafficPolicy.Tls;
import dev.meltemi.resources.TrafficPolicy.TlsMode;
import dev.meltemi.resources.TrafficPolicy.Tunnel;
import dev.meltemi.resources.TrafficPolicy.Warmup;
import dev.meltemi.resources.shape.Part;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/// Reads a `trafficPolicy` that has passed its checks. A block is there when its field is, even where it says nothing:
/// it then replaces what stands above it all the same.
final class TrafficPolicyReader {
    private TrafficPolicyReader() {}

    static Optional<TrafficPolicy> read(Part policy) {
        return block(
                policy,
                part -> new TrafficPolicy(
                        blocks(part),
                        part.items("portLevelSettings").stream()
                                .map(port ->
                                        new PortPolicy((int) port.at("port").whole("number"), blocks(port)))
                                .toList(),
                        block(part.at("retryBudget"), TrafficPolicyReader::retryBudget),
                        block(part.at("tunnel"), TrafficPolicyReader::tunnel),
                        block(part.at("proxyProtocol"), TrafficPolicyReader::proxyProtocol)));
    }

    private static Blocks blocks(Part part) {
        return new Blocks(
                block(part.at("loadBalancer"), TrafficPolicyReader::loadBalancer),
                block(part.at("connectionPool"), TrafficPolicyReader::connectionPool),
                block(part.at("outlierDetection"), TrafficPolicyReader::outlierDetection),
                block(part.at("tls"), TrafficPolicyReader::tls));
    }

    static <T> Optional<T> block(Part part, Function<Part, T> reader) {
        return part.isPresent() ? Optional.of(reader.apply(part)) : Optional.empty();
    }

    private static LoadBalancer loadBalancer(Part part) {
        Part hash = part.at("consistentHash");
        return new LoadBalancer(
                hash.isPresent() ? hashing(hash) : simple(part.text("simple")),
                hashKey(hash),
                tableSize(hash),
                locality(part),
                warmup(part));
    }

    private static Algorithm simple(String word) {
        return switch (word) {
            case "ROUND_ROBIN" -> Algorithm.ROUND_ROBIN;
            case "RANDOM" -> Algorithm.RANDOM;
            case "PASSTHROUGH" -> Algorithm.PASSTHROUGH;
            default -> Algorithm.LEAST_REQUEST;
        };
    }

    private static Algorithm hashing(Part hash) {
        return hash.has("maglev") ? Algorithm.MAGLEV : Algorithm.RING_HASH;
    }

    private static Optional<HashKey> hashKey(Part hash) {
        if (hash.has("httpHeaderName")) {
            return Optional.of(new HashKey.Header(hash.text("httpHeaderName")));
        }
        if (hash.has("httpCookie")) {
            Part cookie = hash.at("httpCookie");
            Map<String, String> attributes = new LinkedHashMap<>();
            cookie.items("attributes").forEach(each -> attributes.put(each.text("name"), each.text("value")));
            return Optional.of(
                    new HashKey.Cookie(cookie.text("name"), cookie.text("path"), cookie.duration("ttl"), attributes));
        }
        if (hash.has("httpQueryParameterName")) {
            return Optional.of(new HashKey.QueryParameter(hash.text("httpQueryParameterName")));
        }
        return hash.flag("useSourceIp") ? Optional.of(new HashKey.SourceIp()) : Optional.empty();
    }

    /// `minimumRingSize` of before counts where neither algorithm is named.
    private static OptionalLong tableSize(Part hash) {
        long size = hash.at("maglev").whole("tableSize");
        if (hash.has("ringHash")) {
            size = hash.at("ringHash").whole("minimumRingSize");
        } else if (!hash.has("maglev")) {
            size = hash.whole("minimumRingSize");
        }
        return size == 0 ? OptionalLong.empty() : OptionalLong.of(size);
    }

    /// `zoneAwareLbSetting` and `localityLbSetting` can't stand beside each other.
    private static Optional<Locality> locality(Part balancer) {
        boolean zoneAware = balancer.has("zoneAwareLbSetting");
        return block(
                balancer.at(zoneAware ? "zoneAwareLbSetting" : "localityLbSetting"), part -> locality(part, zoneAware));
    }

    static Locality locality(Part part, boolean zoneAware) {
        return new Locality(
                part.has("enabled") ? Optional.of(part.flag("enabled")) : Optional.empty(),
                part.items("distribute").stream()
                        .map(TrafficPolicyReader::share)
                        .toList(),
                failover(part),
                part.texts("failoverPriority"),
                zoneAware,
                count(part, "minClusterSize"));
    }

    private static Share share(Part share) {
        Map<String, Integer> to = new LinkedHashMap<>();
        share.at("to").fields().forEach((locality, percent) -> to.put(locality, (int) percent.whole()));
        return new Share(share.text("from"), to);
    }

    /// The first of several for one region counts.
    private static Map<String, String> failover(Part part) {
        Map<String, String> failover = new LinkedHashMap<>();
        part.items("failover").forEach(rule -> failover.putIfAbsent(rule.text("from"), rule.text("to")));
        return failover;
    }

    /// `warmupDurationSecs` is the same with the defaults.
    private static Optional<Warmup> warmup(Part balancer) {
        Part warmup = balancer.at("warmup");
        return warmup.isPresent()
                ? warmup.duration("duration")
                        .map(time -> new Warmup(time, decimal(warmup, "minimumPercent"), decimal(warmup, "aggression")))
                : balancer.duration("warmupDurationSecs")
                        .map(time -> new Warmup(time, OptionalDouble.empty(), OptionalDouble.empty()));
    }

    static TcpKeepalive keepalive(Part keepalive) {
        return new TcpKeepalive(
                count(keepalive, "probes").orElse(0), keepalive.duration("time"), keepalive.duration("interval"));
    }

    static ConnectionPool connectionPool(Part pool) {
        Part tcp = pool.at("tcp");
        Part http = pool.at("http");
        return new ConnectionPool(
                tcp.duration("connectTimeout"),
                count(tcp, "maxConnections"),
                tcp.duration("maxConnectionDuration"),
                tcp.duration("idleTimeout"),
                block(tcp.at("tcpKeepalive"), TrafficPolicyReader::keepalive),
                count(http, "http1MaxPendingRequests"),
                count(http, "http2MaxRequests"),
                count(http, "maxRequestsPerConnection"),
                count(http, "maxRetries"),
                http.duration("idleTimeout"),
                http.someText("h2UpgradePolicy").orElse("DEFAULT"),
                http.flag("useClientProtocol"),
                count(http, "maxConcurrentStreams"),
                http.at("http2KeepAlive").duration("interval"),
                http.at("http2KeepAlive").duration("timeout"));
    }

    static OutlierDetection outlierDetection(Part part) {
        return new OutlierDetection(
                part.flag("splitExternalLocalOriginErrors"),
                count(part, "consecutiveLocalOriginFailures"),
                count(part, "consecutiveGatewayErrors"),
                count(part, "consecutive5xxErrors"),
                part.duration("interval"),
                part.duration("baseEjectionTime"),
                count(part, "maxEjectionPercent"),
                count(part, "minHealthPercent"),
                part.items("outlierDetectionHttpErrorCodes").stream()
                        .map(code -> (int) code.whole())
                        .toList());
    }

    /// Without mode it is plaintext, as in Istio, where DISABLE is the first of the modes.
    private static Tls tls(Part tls) {
        return new Tls(
                TlsMode.valueOf(tls.someText("mode").orElse("DISABLE")),
                tls.text("clientCertificate"),
                tls.text("privateKey"),
                tls.text("caCertificates"),
                tls.text("caCrl"),
                tls.text("credentialName"),
                tls.texts("subjectAltNames"),
                tls.text("sni"),
                tls.flag("insecureSkipVerify"));
    }

    private static RetryBudget retryBudget(Part budget) {
        return new RetryBudget(
                decimal(budget, "percent"), count(budget, "minRetryConcurrency"), budget.duration("budgetInterval"));
    }

    private static Tunnel tunnel(Part tunnel) {
        return new Tunnel(tunnel.someText("protocol").orElse("CONNECT"), tunnel.text("targetHost"), (int)
                tunnel.whole("targetPort"));
    }

    private static ProxyProtocol proxyProtocol(Part part) {
        return ProxyProtocol.valueOf(part.someText("version").orElse("V1"));
    }

    /// Numbers beyond what a reader holds are as good as the largest that it does.
    private static OptionalInt count(Part part, String field) {
        return part.has(field)
                ? OptionalInt.of((int) Math.min(Integer.MAX_VALUE, part.whole(field)))
                : OptionalInt.empty();
    }

    private static OptionalDouble decimal(Part part, String field) {
        return part.has(field) ? OptionalDouble.of(part.decimal(field)) : OptionalDouble.empty();
    }
}
