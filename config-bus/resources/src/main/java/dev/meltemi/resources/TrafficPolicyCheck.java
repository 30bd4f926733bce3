package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What makes a `trafficPolicy` valid; its load balancer is {@link LoadBalancerCheck}'s.
final class TrafficPolicyCheck {
    private TrafficPolicyCheck() {}

    private static final List<String> BLOCKS = List.of("loadBalancer", "connectionPool", "outlierDetection", "tls");

    /// @param namespace of the rule
    static void check(Part policy, String namespace, Report report) {
        if (!policy.isPresent()) {
            return;
        }
        boolean says = Stream.concat(BLOCKS.stream(), Stream.of("retryBudget", "tunnel", "proxyProtocol"))
                .anyMatch(policy::has);
        if (!says && policy.at("portLevelSettings").isEmpty()) {
            report.error(policy, "is empty: leave it out");
        }
        checkBlocks(policy, namespace, report);
        if (policy.has("tunnel") && policy.has("proxyProtocol")) {
            report.error(policy.at("proxyProtocol"), "can't stand beside tunnel");
        }
        checkTunnel(policy.at("tunnel"), report);
        for (Part settings : policy.items("portLevelSettings")) {
            checkPort(settings, report);
            checkBlocks(settings, namespace, report);
        }
    }

    private static void checkPort(Part settings, Report report) {
        if (settings.at("port").whole("number") == 0) {
            report.error(settings.at("port"), "is missing: which port are these settings for?", "port: {number: 80}");
        }
        if (BLOCKS.stream().noneMatch(settings::has)) {
            report.error(settings, "sets nothing for its port");
        }
    }

    private static void checkBlocks(Part policy, String namespace, Report report) {
        ConnectionPools.check(policy.at("connectionPool"), report);
        LoadBalancerCheck.check(policy.at("loadBalancer"), policy.has("outlierDetection"), report);
        checkOutlierDetection(policy.at("outlierDetection"), report);
        ClientTls.check(policy.at("tls"), namespace, report);
    }

    static void checkOutlierDetection(Part outlier, Report report) {
        if (outlier.whole("consecutiveLocalOriginFailures") > 0 && !outlier.flag("splitExternalLocalOriginErrors")) {
            report.error(
                    outlier.at("consecutiveLocalOriginFailures"),
                    "means nothing without splitExternalLocalOriginErrors: true");
        }
        for (String field : List.of("maxEjectionPercent", "minHealthPercent")) {
            long percent = outlier.whole(field);
            if (percent < 0 || percent > 100) {
                report.error(outlier.at(field), percent + ": expected 0 to 100");
            }
        }
        if (outlier.whole("consecutiveErrors") != 0) {
            report.warn(Code.IST0002, outlier.at("consecutiveErrors"), "is deprecated: use consecutive5xxErrors");
        }
    }

    private static void checkTunnel(Part tunnel, Report report) {
        if (!tunnel.isPresent()) {
            return;
        }
        String protocol = tunnel.text("protocol");
        if (!Set.of("", "CONNECT", "POST").contains(protocol)) {
            report.error(tunnel.at("protocol"), "\"" + protocol + "\": expected CONNECT or POST");
        }
        String host = tunnel.text("targetHost");
        if (!Names.isDomain(host) && !Addresses.isIp(host)) {
            report.error(tunnel.at("targetHost"), "\"" + host + "\" is no host");
        }
        long port = tunnel.whole("targetPort");
        if (port < 1 || port > 65_535) {
            report.error(tunnel.at("targetPort"), port + ": expected 1 to 65535");
        }
    }

    /// Reports names that occur twice.
    static void checkDistinct(List<Part> items, String field, Report report) {
        Set<String> seen = new HashSet<>();
        for (Part item : items) {
            if (!seen.add(item.text(field))) {
                report.error(item.at(field), "\"" + item.text(field) + "\" is there twice");
            }
        }
    }
}
