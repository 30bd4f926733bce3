package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.count;
import static dev.meltemi.resources.shape.Shape.decimal;
import static dev.meltemi.resources.shape.Shape.duration;
import static dev.meltemi.resources.shape.Shape.durationOrZero;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.number;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.someText;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.shape.Shape;
import dev.meltemi.resources.shape.Struct;

/// `trafficPolicy` of a DestinationRule, read downward.
final class TrafficPolicyShape {
    private static final String SIMPLE = "requests are balanced by loadBalancer.simple, LEAST_REQUEST without one";

    private static final Struct COOKIE = struct().required("name", someText())
            .field("path", text())
            .field("ttl", durationOrZero())
            .field("attributes", list(struct().required("name", someText()).field("value", text())));

    private static final Struct CONSISTENT_HASH = struct().field("httpHeaderName", text())
            .field("httpCookie", COOKIE)
            .field("useSourceIp", flag())
            .field("httpQueryParameterName", text())
            .field("minimumRingSize", whole(0, Long.MAX_VALUE))
            .field("ringHash", struct().field("minimumRingSize", whole(0, Long.MAX_VALUE)))
            .field("maglev", struct().field("tableSize", whole(0, Long.MAX_VALUE)))
            .atMostOne("httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName")
            .atMostOne("ringHash", "maglev");

    private static final Shape FAILOVER = list(struct().field("from", text()).field("to", text()));

    static final Struct LOCALITY = struct().field("enabled", flag())
            .field("distribute", list(struct().field("from", text()).field("to", table(count()))))
            .field("failover", FAILOVER)
            .field("failoverPriority", list(text()));

    private static final Struct ZONE_AWARE = struct().field("enabled", flag())
            .field("failover", FAILOVER)
            .field("failoverPriority", list(text()))
            .field("minClusterSize", whole(1, 4_294_967_295L));

    private static final Struct WARMUP = struct().required("duration", duration())
            .field("minimumPercent", decimal(0, 100))
            .field("aggression", decimal(0, Double.MAX_VALUE));

    private static final Struct BACKEND_UTILIZATION = struct().field("errorUtilizationPenaltyPercent", count())
            .field("metricNamesForComputingUtilization", list(text()))
            .field("weightExpirationPeriod", durationOrZero())
            .field("weightStabilizationPeriod", durationOrZero())
            .field("weightUpdatePeriod", durationOrZero());

    private static final Struct LOAD_BALANCER = struct().field(
                    "simple",
                    choice("UNSPECIFIED", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST"))
            .field("consistentHash", CONSISTENT_HASH)
            .field("localityLbSetting", LOCALITY)
            .notYet(
                    "zoneAwareLbSetting",
                    ZONE_AWARE,
                    "how many callers a zone has isn't known, so all endpoints are equal: use localityLbSetting")
            .field("warmup", WARMUP)
            .field("warmupDurationSecs", duration())
            .notYet(
                    "backendUtilization",
                    BACKEND_UTILIZATION,
                    "servers' own reports of their load aren't read; " + SIMPLE)
            .atMostOne("simple", "consistentHash", "backendUtilization")
            .atMostOne("warmup", "warmupDurationSecs");

    static final Struct OUTLIER_DETECTION = struct().field("splitExternalLocalOriginErrors", flag())
            .field("consecutiveLocalOriginFailures", count())
            .field("consecutiveGatewayErrors", count())
            .field("consecutive5xxErrors", count())
            .notYet("consecutiveErrors", number(), "isn't read any more, as in Istio: use consecutive5xxErrors")
            .field("interval", duration())
            .field("baseEjectionTime", duration())
            .field("maxEjectionPercent", number())
            .field("minHealthPercent", number())
            .field("outlierDetectionHttpErrorCodes", list(whole(100, 599)));

    private static final Struct RETRY_BUDGET = struct().field("percent", decimal(0, 100))
            .field("minRetryConcurrency", count())
            .notYet("budgetInterval", durationOrZero(), "the share is of requests under way at the moment");

    private static final Struct PORT_POLICY = struct().field("loadBalancer", LOAD_BALANCER)
            .field("connectionPool", ConnectionPools.SHAPE)
            .field("outlierDetection", OUTLIER_DETECTION)
            .field("tls", ClientTls.SHAPE);

    static final Struct POLICY = PORT_POLICY
            .field("portLevelSettings", list(PORT_POLICY.field("port", struct().field("number", port())), 0, 4096))
            .field("retryBudget", RETRY_BUDGET)
            .notYet(
                    "tunnel",
                    struct().field("protocol", text())
                            .required("targetHost", text())
                            .required("targetPort", count()),
                    "upstream connections aren't tunnelled yet")
            .notYet(
                    "proxyProtocol",
                    struct().field("version", choice("V1", "V2")),
                    "no PROXY header is sent: X-Forwarded-For names the client");

    private TrafficPolicyShape() {}
}
