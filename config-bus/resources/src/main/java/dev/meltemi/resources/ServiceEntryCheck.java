package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What makes a ServiceEntry valid: most of it depends on how its addresses are found.
final class ServiceEntryCheck {
    private ServiceEntryCheck() {}

    static void check(Part spec, Metadata metadata, Report report) {
        Exports.check(spec, metadata, true, report);
        spec.items("hosts").forEach(host -> checkHost(host, report));
        checkPorts(spec.items("ports"), report);
        checkSelector(spec, report);
        spec.items("endpoints").forEach(endpoint -> WorkloadEntries.check(endpoint, report));
        checkAddresses(spec, report);
        checkEndpointPorts(spec, report);
        switch (spec.text("resolution")) {
            case "STATIC" -> checkStatic(spec, report);
            case "DNS" -> checkDns(spec, report);
            case "DNS_ROUND_ROBIN" -> {
                checkDns(spec, report);
                if (spec.items("endpoints").size() > 1) {
                    report.error(spec.at("endpoints"), "DNS_ROUND_ROBIN has one endpoint at most", "use DNS");
                }
                report.notInForce(spec.at("resolution"), "read as DNS: every address of an answer is used");
            }
            case "DYNAMIC_DNS" -> checkDynamicDns(spec, report);
            default -> checkNone(spec, report);
        }
        checkSeveralHosts(spec, report);
    }

    private static void checkHost(Part host, Report report) {
        if (host.text().equals("*")) {
            report.error(host, "\"*\" is no service: name its host");
            return;
        }
        Names.checkHost(host, report);
        if (Names.isPartialWildcard(host.text())) {
            report.warn(host, "\"" + host.text() + "\" is matched by no proxy: write *. and a domain");
        }
    }

    private static void checkPorts(List<Part> ports, Report report) {
        TrafficPolicyCheck.checkDistinct(ports, "name", report);
        TrafficPolicyCheck.checkDistinct(ports, "number", report);
        for (Part port : ports) {
            if (!Names.isLabel(port.text("name"))) {
                report.error(
                        port.at("name"),
                        "\"" + port.text("name") + "\" is no port name: lower-case letters, digits and -");
            }
            if (Protocol.parse(port.text("protocol")).isEmpty()) {
                report.error(
                        port.at("protocol"),
                        "\"" + port.text("protocol") + "\" is no protocol",
                        "HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, UDP, MONGO, REDIS or MYSQL");
            }
            if (port.has("targetPort") && port.whole("targetPort") == 0) {
                report.error(port.at("targetPort"), "0: expected a port from 1 to 65535");
            }
        }
    }

    private static void checkSelector(Part spec, Report report) {
        Part selector = spec.at("workloadSelector");
        if (selector.isPresent() && !spec.at("endpoints").isEmpty()) {
            report.error(selector, "can't stand beside endpoints");
        }
        Labels.checkSelector(selector, selector.at("labels"), report);
    }

    private static void checkAddresses(Part spec, Report report) {
        String resolution = spec.text("resolution");
        boolean ranges = resolution.isEmpty() || resolution.equals("NONE") || resolution.equals("STATIC");
        for (Part address : spec.items("addresses")) {
            if (!Addresses.isIpOrCidr(address.text())) {
                report.error(address, "\"" + address.text() + "\" is no IP address and no range");
            } else if (!ranges && address.text().contains("/")) {
                report.error(address, "a range needs resolution NONE or STATIC");
            }
        }
    }

    private static void checkEndpointPorts(Part spec, Report report) {
        Set<String> names = new HashSet<>();
        spec.items("ports").forEach(port -> names.add(port.text("name")));
        for (Part endpoint : spec.items("endpoints")) {
            endpoint.at("ports").fields().forEach((name, port) -> {
                if (!names.contains(name)) {
                    // Istio refuses this for DNS only; a STATIC endpoint's unknown port just leads nowhere.
                    if (spec.text("resolution").startsWith("DNS")) {
                        report.error(port, "the service has no port named \"" + name + "\"");
                    } else {
                        report.warn(port, "the service has no port named \"" + name + "\"");
                    }
                }
            });
            if (WorkloadEntries.isUnix(endpoint) && names.size() > 1) {
                report.error(endpoint, "a Unix socket can serve one port, but the service has " + names.size());
            }
        }
    }

    private static void checkNone(Part spec, Report report) {
        if (!spec.at("endpoints").isEmpty()) {
            report.error(
                    spec.at("endpoints"),
                    "mean nothing with resolution NONE, which dials the address that was asked for",
                    "set resolution to STATIC or DNS");
        }
        if (spec.has("workloadSelector")) {
            report.warn(spec.at("workloadSelector"), "does nothing with resolution NONE");
        }
    }

    private static void checkStatic(Part spec, Report report) {
        for (Part endpoint : spec.items("endpoints")) {
            String address = endpoint.text("address");
            if (!address.isEmpty() && !Addresses.isIp(address) && !WorkloadEntries.isUnix(endpoint)) {
                report.error(
                        endpoint.at("address"),
                        "\"" + address + "\": resolution STATIC takes IP addresses",
                        "set resolution to DNS");
            }
        }
    }

    private static void checkDns(Part spec, Report report) {
        List<Part> endpoints = spec.items("endpoints");
        if (endpoints.isEmpty() && !spec.has("workloadSelector")) {
            for (Part host : spec.items("hosts")) {
                if (!Names.isDomain(host.text())) {
                    report.error(host, "\"" + host.text() + "\" can't be resolved", "give it endpoints");
                }
            }
        }
        for (Part endpoint : endpoints) {
            if (WorkloadEntries.isUnix(endpoint)) {
                report.error(endpoint.at("address"), "a Unix socket can't be resolved", "set resolution to STATIC");
            }
        }
    }

    private static void checkDynamicDns(Part spec, Report report) {
        for (Part host : spec.items("hosts")) {
            if (!host.text().startsWith("*.")) {
                report.error(host, "\"" + host.text() + "\": DYNAMIC_DNS is for wildcards", "set resolution to DNS");
            }
        }
        for (String field : List.of("addresses", "endpoints")) {
            if (!spec.at(field).isEmpty()) {
                report.error(spec.at(field), "mean nothing with resolution DYNAMIC_DNS");
            }
        }
        for (Part port : spec.items("ports")) {
            Optional<Protocol> protocol = Protocol.parse(port.text("protocol"));
            boolean known = protocol.isPresent()
                    && Set.of(Protocol.HTTP, Protocol.HTTP2, Protocol.GRPC, Protocol.TLS, Protocol.HTTPS)
                            .contains(protocol.get());
            if (!known) {
                report.error(
                        port.at("protocol"), "DYNAMIC_DNS needs HTTP, HTTP2, GRPC, HTTPS or TLS, to learn the host");
            }
        }
        report.notInForce(spec.at("resolution"), "read as NONE: name the hosts one by one with resolution DNS");
    }

    private static void checkSeveralHosts(Part spec, Report report) {
        String resolution = spec.text("resolution");
        if (spec.items("hosts").size() < 2 || resolution.isEmpty() || resolution.equals("NONE")) {
            return;
        }
        for (Part port : spec.items("ports")) {
            Protocol protocol = Protocol.parse(port.text("protocol")).orElse(Protocol.UNSPECIFIED);
            boolean tellsHosts = protocol.isHttp() || protocol == Protocol.HTTPS || protocol == Protocol.TLS;
            if (!tellsHosts && protocol != Protocol.UNSPECIFIED) {
                report.error(port, protocol + " doesn't say which of the hosts is meant", "one document for each host");
            } else if (!protocol.isHttp() && !spec.at("addresses").isEmpty()) {
                report.warn(port, "the hosts share the addresses: connections can't be told apart by them");
            }
        }
    }
}
