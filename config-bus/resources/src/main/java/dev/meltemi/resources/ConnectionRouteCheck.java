package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;

/// What makes a VirtualService's `tls` and `tcp` rules valid.
final class ConnectionRouteCheck {
    /// `outbound_.PORT_.SUBSET_.HOST`, the SNI that sidecars use among themselves.
    private static final String AUTO_SNI = "outbound_.";

    private ConnectionRouteCheck() {}

    static void checkTls(Part tls, Part spec, Report report) {
        if (tls.items("match").isEmpty()) {
            report.error(tls.at("match"), "a TLS rule needs a match with sniHosts");
        }
        for (Part match : tls.items("match")) {
            if (match.items("sniHosts").isEmpty()) {
                report.error(match.at("sniHosts"), "a TLS match needs at least one SNI host");
            }
            match.items("sniHosts").forEach(sni -> checkSni(sni, spec, report));
            checkMatch(match, report);
        }
        checkRoutes(tls, report);
    }

    static void checkTcp(Part tcp, Report report) {
        tcp.items("match").forEach(match -> checkMatch(match, report));
        checkRoutes(tcp, report);
    }

    /// Istio takes it of rules whose gateways don't name the mesh.
    static boolean isAutoSni(String host) {
        String[] parts = host.startsWith(AUTO_SNI) ? host.split("_\\.", 4) : new String[0];
        return parts.length == 4 && parts[1].chars().anyMatch(Character::isDigit) && Names.isDomain(parts[3]);
    }

    private static void checkSni(Part sni, Part spec, Report report) {
        String name = sni.text();
        List<String> gateways = spec.texts("gateways");
        if (Addresses.isIp(name)) {
            report.warn(sni, "an IP address is no SNI: clients don't send it (RFC 6066)");
        } else if (!Names.isWildcardDomain(name) && !(isAutoSni(name) && !gateways.contains(VirtualServices.MESH))) {
            report.error(sni, "\"" + name + "\" is no SNI host");
        } else if (spec.texts("hosts").stream().noneMatch(host -> Names.covers(host, name))) {
            report.error(sni, "\"" + name + "\" is none of this rule's hosts", "add it to spec.hosts");
        }
    }

    private static void checkMatch(Part match, Report report) {
        for (Part subnet : match.items("destinationSubnets")) {
            if (!Addresses.isIpOrCidr(subnet.text())) {
                report.error(subnet, "\"" + subnet.text() + "\" is no address range: expected 10.0.0.0/8 or an IP");
            }
        }
        long port = match.whole("port");
        if (port > 65_535) {
            report.error(match.at("port"), port + ": expected a port from 1 to 65535, or 0 for any");
        }
        Labels.check(match.at("sourceLabels"), report);
        VirtualServices.checkGateways(match.items("gateways"), report);
    }

    private static void checkRoutes(Part rule, Report report) {
        List<Part> routes = rule.items("route");
        if (routes.isEmpty()) {
            report.error(rule.at("route"), "a rule needs a destination");
        }
        HttpRouteCheck.checkDestinations(rule, report);
    }
}
