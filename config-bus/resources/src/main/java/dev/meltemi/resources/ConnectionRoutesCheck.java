package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;

/// What makes a TLSRoute, TCPRoute or UDPRoute valid.
final class ConnectionRoutesCheck {
    private ConnectionRoutesCheck() {}

    static void checkTls(Part spec, Metadata metadata, Report report) {
        RouteCheck.check(spec, report);
        if (!metadata.apiVersion().endsWith("/v1alpha2")) {
            checkHostnames(spec, report);
            checkSingleRule(spec, report);
        }
    }

    private static void checkHostnames(Part spec, Report report) {
        if (spec.items("hostnames").isEmpty()) {
            report.error(
                    spec.at("hostnames"),
                    "is missing: a TLS connection is told from others by the name that it asks for",
                    "for connections without a name use a TCPRoute");
        }
        for (Part host : spec.items("hostnames")) {
            if (Addresses.isIp(host.text())) {
                report.error(host, "\"" + host.text() + "\" is an address: a client asks for a name (SNI)");
            }
        }
    }

    /// A TCPRoute or a UDPRoute.
    static void checkOther(Part spec, Metadata metadata, Report report) {
        RouteCheck.check(spec, report);
        if (metadata.apiVersion().endsWith("/v1")) {
            checkSingleRule(spec, report);
        }
    }

    private static void checkSingleRule(Part spec, Report report) {
        int rules = spec.items("rules").size();
        if (rules > 1) {
            report.error(
                    spec.at("rules"),
                    "has " + rules + " items: expected 1",
                    "write a route for each: only the first rule could ever be taken");
        }
    }
}
