package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What makes a ServiceEntry valid: most of it depends on how its addresses are found.
final class ServiceEntryCheck {
    private static final Set<Protocol> DYNAMIC = Set.of(Protocol.HTTP, Protocol.HTTP2, Protocol.GRPC, Protocol.TLS);

    private ServiceEntryCheck() {}

    static void check(Part spec, Metadata metadata, Report report) {
        Exports.check(spec, metadata, true, report);
        spec.items("hosts").forEach(host -> checkHost(host, spec.text("resolution"), report));
        checkPorts(spec.items("ports"), report);
        checkSelector(spec, report);
        checkAddresses(spec, report);
        switch (spec.text("resolution")) {
            case "STATIC" -> checkStatic(spec, report);
            case "DNS" -> checkDns(spec, report);
            case "DNS_ROUND_ROBIN" -> {
                checkDns(spec, report);
                if (spec.items("endpoints").size() > 1) {
                    report.error(spec.at("endpoints"), "DNS_ROUND_ROBIN has one endpoint at most", "use DNS");
                }
            }
            case "DYNAMIC_DNS" -> checkDynamicDns(spec, metadata, report);
            default -> checkNone(spec, report);
        }
        checkSeveralHosts(spec, report);
        warnOfMissingAddresses(spec, metadata, report);
    }

    private static void checkHost(Part host, String resolution, Report report) {
        String name = host.text();
        if (name.equals("*")) {
            report.error(host, "\"*\" is no service: name its host");
        } else if (!Names.isWildcardDomain(name)) {
            report.error(host, "\"" + name + "\" is no host: expected a DNS name, which may begin with \"*.\"");
        } else if (Names.isPartialWildcard(name) && !resolution.equals("DYNAMIC_DNS")) {
            report.warn(host, "\"" + name + "\" is matched by no proxy: write *. and a domain");
        }
    }

    private static void checkPorts(List<Part> ports, Report report) {
        TrafficPolicyCheck.checkDistinct(ports, "name", report);
        TrafficPolicyCheck.checkDistinct(ports, "number", report);
        for (Part port : ports) {
            if (!Names.isLabel(port.text("name"))) {
                report.error(port.at("name"), "\"" + port.text("name") + "\" is no port name: letters, digits and -");
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
        if (selector.isPresent() && spec.has("endpoints")) {
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
                    report.error(port, "the service has no port named \"" + name + "\"");
                }
            });
            if (WorkloadEntries.isUnix(endpoint) && names.size() != 1) {
                report.error(endpoint, "a Unix socket serves one port, but the service has " + names.size());
            }
        }
    }

    private static void checkNone(Part spec, Report report) {
        if (spec.has("endpoints")) {
            report.error(
                    spec.at("endpoints"),
                    "mean nothing with resolution NONE, which dials the address that was asked for",
                    "set resolution to STATIC or DNS");
        }
        if (spec.has("workloadSelector")) {
            report.warn(spec.at("workloadSelector"), "does nothing with resolution NONE");
        }
        for (Part port : spec.items("ports")) {
            if (port.has("targetPort") && port.whole("targetPort") != port.whole("number")) {
                report.notInForce(port.at("targetPort"), "with resolution NONE the port that was asked for is dialled");
            }
        }
    }

    private static void checkStatic(Part spec, Report report) {
        checkEndpointPorts(spec, report);
        for (Part endpoint : spec.items("endpoints")) {
            WorkloadEntries.check(endpoint, report);
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
        if (endpoints.isEmpty()) {
            for (Part host : spec.items("hosts")) {
                if (!Names.isDomain(host.text())) {
                    report.error(host, "\"" + host.text() + "\" can't be resolved", "give it endpoints");
                }
            }
        }
        checkEndpointPorts(spec, report);
        for (Part endpoint : endpoints) {
            WorkloadEntries.check(endpoint, report);
            if (WorkloadEntries.isUnix(endpoint)) {
                report.error(endpoint.at("address"), "a Unix socket can't be resolved", "set resolution to STATIC");
            } else if (endpoint.text("address").isEmpty()) {
                report.error(endpoint.at("address"), "is missing: which name is resolved?");
            }
        }
    }

    private static void checkDynamicDns(Part spec, Metadata metadata, Report report) {
        for (Part host : spec.items("hosts")) {
            if (!host.text().startsWith("*")) {
                report.error(host, "\"" + host.text() + "\": DYNAMIC_DNS is for wildcards", "set resolution to DNS");
            }
        }
        for (String field : List.of("addresses", "endpoints")) {
            if (!spec.at(field).isEmpty()) {
                report.error(spec.at(field), "mean nothing with resolution DYNAMIC_DNS");
            }
        }
        for (Part port : spec.items("ports")) {
            boolean known = Protocol.parse(port.text("protocol"))
                    .filter(DYNAMIC::contains)
                    .isPresent();
            if (!known) {
                report.error(port.at("protocol"), "DYNAMIC_DNS needs HTTP, HTTP2, GRPC or TLS, to learn the host");
            }
        }
        String waypoint = metadata.labels().getOrDefault("istio.io/use-waypoint", "");
        boolean waits = !waypoint.isEmpty() && !waypoint.equalsIgnoreCase("none");
        if (waits && spec.text("location").equals("MESH_INTERNAL")) {
            report.error(spec.at("location"), "MESH_INTERNAL names can't be resolved behind a waypoint");
        }
    }

    /// Istio gives a host without addresses one of its own, so that its ports are told apart from those of
    /// others, unless it has resolution NONE or its label says no. Here nobody gets one: HTTP needs none, and
    /// says whom it wants.
    private static void warnOfMissingAddresses(Part spec, Metadata metadata, Report report) {
        String resolution = spec.text("resolution");
        boolean gets = !resolution.isEmpty()
                && !resolution.equals("NONE")
                && !metadata.labels()
                        .getOrDefault("networking.istio.io/enable-autoallocate-ip", "")
                        .equalsIgnoreCase("false");
        if (gets || !spec.at("addresses").isEmpty()) {
            return;
        }
        for (Part port : spec.items("ports")) {
            String protocol = port.text("protocol");
            if (protocol.isEmpty() || protocol.equals("TCP")) {
                report.warn(port, "without addresses connections to this port can't be told from others'");
            }
        }
    }

    private static void checkSeveralHosts(Part spec, Report report) {
        String resolution = spec.text("resolution");
        if (spec.items("hosts").size() < 2 || resolution.isEmpty() || resolution.equals("NONE")) {
            return;
        }
        boolean addressed =
                resolution.startsWith("DNS") && !spec.at("addresses").isEmpty();
        for (Part port : spec.items("ports")) {
            Protocol protocol = Protocol.parse(port.text("protocol")).orElse(Protocol.UNSPECIFIED);
            if (!protocol.isHttp() && protocol != Protocol.HTTPS && protocol != Protocol.TLS) {
                report.error(
                        port,
                        "its protocol doesn't say which of the hosts is meant",
                        "one document for each host, or HTTP or TLS");
            } else if (!protocol.isHttp() && addressed) {
                report.warn(port, "the hosts share the addresses: connections can't be told apart by them");
            }
        }
    }
}
