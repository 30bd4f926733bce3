package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.duration;
import static dev.meltemi.resources.shape.Shape.durationOrZero;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.freeForm;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.number;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.shape.Struct;

/// What may stand in MeshConfig `spec`: every word of Istio's mesh config; what isn't in force says what does its
/// job.
final class MeshConfigShape {
    private static final String NO_ISTIO =
            "there is no istiod: the mesh's own services are told by their command lines";
    private static final String SIDECAR = "a proxy is told by its command line: see meltemi sidecar --help";
    private static final String TELEMETRY =
            "every request is an event on mesh.telemetry: build logs and metrics from it";
    private static final String PLATFORM = "documents come from the log, not from a platform that would be searched";
    private static final String NAMES = "statistics have Istio's default names";
    private static final String TRUST = "the CA is told by meltemi ca --trust-domain, proxies by their certificates";
    private static final String LABELS = "the mesh has no waypoints and no clusters to tell apart";

    static final Struct SPEC = struct().field(
                    "outboundTrafficPolicy",
                    struct().field("mode", choice("REGISTRY_ONLY", "ALLOW_ANY", "ALLOW_ANY_DYNAMIC_DNS"))
                            .notYet("tls", freeForm(), "unknown hosts are called as the application calls them"))
            .field("defaultHttpRetryPolicy", VirtualServiceShape.RETRIES)
            .field("connectTimeout", duration())
            .field("pathNormalization", normalization())
            .field("rootNamespace", text())
            .field("defaultServiceExportTo", list(text()))
            .field("defaultVirtualServiceExportTo", list(text()))
            .field("defaultDestinationRuleExportTo", list(text()))
            .field("enableAutoMtls", flag())
            .notYet("trustDomain", text(), TRUST)
            .notYet("trustDomainAliases", list(text()), TRUST)
            .notYet("caCertificates", list(freeForm()), TRUST)
            .notYet("ca", freeForm(), TRUST)
            .notYet("certificates", list(freeForm()), TRUST)
            .notYet("verifyCertificateAtClient", flag(), "certificates of the mesh are always verified")
            .field("meshMTLS", tls().refused("ecdhCurves", "they can't be chosen for mesh mTLS: see tlsDefaults"))
            .field("tlsDefaults", tls().field("ecdhCurves", list(text())))
            .field("localityLbSetting", TrafficPolicyShape.LOCALITY)
            .notYet(
                    "zoneAwareLbSetting",
                    freeForm(),
                    "how many callers a zone has isn't known, so all endpoints are equal: use localityLbSetting")
            .field("defaultTrafficPolicy", trafficPolicy())
            .field("tcpKeepalive", ConnectionPools.KEEPALIVE)
            .field("protocolDetectionTimeout", durationOrZero())
            .field("h2UpgradePolicy", choice("DO_NOT_UPGRADE", "UPGRADE"))
            .notYet("hboneIdleTimeout", duration(), "there are no waypoints to tunnel to")
            .notYet(
                    "defaultInboundHttpRetryPolicy",
                    VirtualServiceShape.RETRIES,
                    "a sidecar tries its application once: callers retry")
            .notYet(
                    "inboundTrafficPolicy",
                    struct().field("mode", choice("PASSTHROUGH", "LOCALHOST")),
                    "applications are called on the loopback")
            .notYet("serviceSettings", list(serviceSettings()), LABELS)
            .notYet("serviceScopeConfigs", list(freeForm()), LABELS)
            .notYet("serviceEntryVisibility", freeForm(), "say exportTo in each ServiceEntry")
            .notYet("accessLogFile", text(), TELEMETRY)
            .notYet("accessLogFormat", text(), TELEMETRY)
            .notYet("accessLogEncoding", choice("TEXT", "JSON"), TELEMETRY)
            .notYet("enableEnvoyAccessLogService", flag(), TELEMETRY)
            .notYet("disableEnvoyListenerLog", flag(), TELEMETRY)
            .notYet("enableTracing", flag(), TELEMETRY)
            .notYet("extensionProviders", list(freeForm()), TELEMETRY)
            .notYet("defaultProviders", freeForm(), TELEMETRY)
            .notYet("enablePrometheusMerge", flag(), TELEMETRY)
            .notYet("inboundClusterStatName", text(), NAMES)
            .notYet("outboundClusterStatName", text(), NAMES)
            .field("defaultConfig", ProxyDefaults.SHAPE)
            .notYet("proxyListenPort", number(), SIDECAR)
            .notYet("proxyInboundListenPort", number(), SIDECAR)
            .notYet("proxyHttpPort", number(), SIDECAR)
            .field("dnsRefreshRate", duration())
            .notYet("ingressClass", text(), PLATFORM)
            .notYet("ingressService", text(), PLATFORM)
            .notYet("ingressSelector", text(), PLATFORM)
            .notYet("ingressControllerMode", choice("UNSPECIFIED", "OFF", "DEFAULT", "STRICT"), PLATFORM)
            .notYet("discoverySelectors", list(freeForm()), PLATFORM)
            .notYet("configSources", list(freeForm()), NO_ISTIO)
            .notYet("authPolicy", choice("NONE", "MUTUAL_TLS"), NO_ISTIO);

    private MeshConfigShape() {}

    private static Struct normalization() {
        return struct().field(
                        "normalization",
                        choice("DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"));
    }

    private static Struct tls() {
        return struct().field("minProtocolVersion", choice("TLS_AUTO", "TLSV1_2", "TLSV1_3"))
                .field("cipherSuites", list(text()));
    }

    private static Struct trafficPolicy() {
        return struct().field("connectionPool", ConnectionPools.SHAPE)
                .field("outlierDetection", TrafficPolicyShape.OUTLIER_DETECTION);
    }

    private static Struct serviceSettings() {
        return struct().field("settings", freeForm()).field("hosts", list(text()));
    }
}
