package dev.meltemi.resources;

import dev.meltemi.resources.Sidecar.OutboundTraffic;
import dev.meltemi.resources.shape.Part;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// `meltemi.dev/v1` MeshConfig: Istio's mesh config as a document of its own, of which there is one.
final class MeshConfigs {
    static final Kind KIND = new Kind(
                    "meltemi.dev",
                    "MeshConfig",
                    List.of("v1"),
                    MeshConfigShape.SPEC,
                    true,
                    MeshConfigs::check,
                    MeshConfigs::read)
            .withAnnotations(EscapedSlashes.SUPPORT);

    private static final String ROOT_NAMESPACE = "istio-system";

    private MeshConfigs() {}

    private static void check(Part spec, Metadata metadata, Report report) {
        if (!metadata.key().qualifiedName().equals(ROOT_NAMESPACE + "/default")) {
            report.error(
                    spec,
                    "belongs to " + metadata.key().qualifiedName() + ", but there is one for the whole mesh",
                    "metadata: {name: default, namespace: " + ROOT_NAMESPACE + "}");
        }
        checkTrust(spec, report);
        ResilienceCheck.checkRetries(spec.at("defaultHttpRetryPolicy"), report);
        checkInboundRetries(spec.at("defaultInboundHttpRetryPolicy"), report);
        spec.duration("connectTimeout")
                .filter(timeout -> timeout.compareTo(Duration.ofHours(1)) > 0)
                .ifPresent(timeout -> report.error(spec.at("connectTimeout"), "is more than an hour"));
        for (String port : List.of("proxyListenPort", "proxyInboundListenPort", "proxyHttpPort")) {
            checkPort(spec.at(port), report);
        }
        for (Part service : spec.items("serviceSettings")) {
            service.items("hosts").forEach(host -> Names.checkHost(host, report));
        }
        Part defaults = spec.at("defaultTrafficPolicy");
        ConnectionPools.check(defaults.at("connectionPool"), report);
        TrafficPolicyCheck.checkOutlierDetection(defaults.at("outlierDetection"), report);
        LoadBalancerCheck.checkLocality(spec.at("localityLbSetting"), report);
        EscapedSlashes.check(spec, metadata, report);
        sayWhatIsNotInForce(spec, report);
    }

    private static void checkTrust(Part spec, Report report) {
        List<Part> aliases = spec.items("trustDomainAliases");
        aliases.forEach(alias -> checkTrustDomain(alias, report));
        if (spec.has("trustDomain")) {
            checkTrustDomain(spec.at("trustDomain"), report);
        }
    }

    private static void checkTrustDomain(Part domain, Report report) {
        String text = domain.text();
        String absolute = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (!List.of(absolute.split("\\.", -1)).stream().allMatch(Names::isLabel)) {
            report.error(domain, "\"" + text + "\" is no trust domain: expected labels with dots between them");
        }
    }

    private static void checkInboundRetries(Part retries, Report report) {
        ResilienceCheck.checkRetries(retries, report);
        if (retries.whole("attempts") == 0 && retries.has("backoff")) {
            report.error(retries.at("backoff"), "means nothing without attempts", "set attempts to 1 or more");
        }
        for (String field : List.of("perTryTimeout", "retryRemoteLocalities", "retryIgnorePreviousHosts")) {
            if (retries.has(field)) {
                report.warn(retries.at(field), "does nothing: there is one application to try");
            }
        }
    }

    private static void checkPort(Part port, Report report) {
        if (port.isPresent() && (port.whole() < 1 || port.whole() > 65_535)) {
            report.error(port, port.whole() + ": expected a port from 1 to 65535");
        }
    }

    /// Fields of which one value is how the mesh is, and others aren't yet.
    private static void sayWhatIsNotInForce(Part spec, Report report) {
        Part mode = spec.at("outboundTrafficPolicy").at("mode");
        if (mode.text().equals("ALLOW_ANY_DYNAMIC_DNS")) {
            report.notInForce(mode, "read as ALLOW_ANY: the proxy resolves the name that the caller asked for");
        }
        if (spec.has("rootNamespace") && !spec.text("rootNamespace").equals(ROOT_NAMESPACE)) {
            report.notInForce(spec.at("rootNamespace"), "rules for the whole mesh stand in " + ROOT_NAMESPACE);
        }
        for (String field :
                List.of("defaultServiceExportTo", "defaultVirtualServiceExportTo", "defaultDestinationRuleExportTo")) {
            if (spec.has(field) && !spec.texts(field).equals(List.of("*"))) {
                report.notInForce(spec.at(field), "documents without exportTo are public: say exportTo in each");
            }
        }
        if (spec.text("enableAutoMtls").equals("false")) {
            report.notInForce(
                    spec.at("enableAutoMtls"),
                    "who takes mesh mTLS gets it: say tls mode DISABLE in a DestinationRule for *.local");
        }
    }

    private static MeshConfig read(Part spec, Metadata metadata) {
        Part policy = spec.at("outboundTrafficPolicy");
        Part retries = spec.at("defaultHttpRetryPolicy");
        return new MeshConfig(
                metadata.key(),
                policy.isPresent() ? Optional.of(outbound(policy.text("mode"))) : Optional.empty(),
                retries.isPresent() ? Optional.of(HttpRouteReader.retries(retries)) : Optional.empty(),
                spec.duration("connectTimeout"),
                spec.duration("dnsRefreshRate"),
                spec.duration("protocolDetectionTimeout").filter(timeout -> !timeout.isZero()),
                spec.text("h2UpgradePolicy").equals("UPGRADE"),
                entrance(spec, metadata),
                MeshTraffic.read(spec),
                MeshTls.read(spec));
    }

    private static MeshEntrance entrance(Part spec, Metadata metadata) {
        Part topology = spec.at("defaultConfig").at("gatewayTopology");
        return new MeshEntrance(
                spec.at("pathNormalization").text("normalization"),
                EscapedSlashes.read(metadata),
                Math.toIntExact(topology.whole("numTrustedProxies")),
                topology.text("forwardClientCertDetails"));
    }

    /// REGISTRY_ONLY is the first of Istio's enumeration: what a policy without mode means.
    private static OutboundTraffic outbound(String mode) {
        return switch (mode) {
            case "ALLOW_ANY", "ALLOW_ANY_DYNAMIC_DNS" -> OutboundTraffic.ALLOW_ANY;
            default -> OutboundTraffic.REGISTRY_ONLY;
        };
    }
}
