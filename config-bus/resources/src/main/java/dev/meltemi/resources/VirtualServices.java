package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What makes a VirtualService valid as a whole; its HTTP rules are {@link HttpRouteCheck}'s.
final class VirtualServices {
    static final Kind KIND = new Kind(
            "networking.istio.io",
            "VirtualService",
            List.of("v1", "v1beta1", "v1alpha3"),
            VirtualServiceShape.SPEC,
            true,
            VirtualServices::check,
            VirtualServices::read);

    static final String MESH = "mesh";

    /// `outbound_.PORT_.SUBSET_.HOST`, the SNI that sidecars use among themselves.
    private static final String AUTO_SNI = "outbound_.";

    private VirtualServices() {}

    private static VirtualService read(Part spec, Metadata metadata) {
        List<String> gateways = spec.texts("gateways");
        return new VirtualService(
                metadata.key(),
                spec.texts("hosts"),
                gateways.isEmpty() ? List.of(MESH) : gateways,
                spec.texts("exportTo"),
                spec.items("http").stream().map(HttpRouteReader::read).toList());
    }

    private static void check(Part spec, Metadata metadata, Report report) {
        Exports.check(spec, metadata, false, report);
        boolean delegate = spec.items("hosts").isEmpty();
        if (spec.at("http").isEmpty()
                && spec.at("tls").isEmpty()
                && spec.at("tcp").isEmpty()) {
            report.error(spec, "has no rules: give http, tls or tcp");
        }
        if (delegate) {
            checkDelegate(spec, report);
        } else {
            checkGateways(spec.items("gateways"), report);
            checkHosts(spec, report);
        }
        boolean mesh = isForMesh(spec.texts("gateways"));
        spec.items("http").forEach(http -> HttpRouteCheck.check(http, mesh, delegate, report));
        spec.items("tls").forEach(tls -> checkTls(tls, spec, report));
        spec.items("tcp").forEach(tcp -> checkTcp(tcp, report));
        if (!report.hasErrors()) {
            List.of("http", "tls", "tcp").forEach(rules -> UnreachableRules.warn(spec.items(rules), report));
        }
    }

    static boolean isForMesh(List<String> gateways) {
        return gateways.isEmpty() || gateways.contains(MESH);
    }

    private static void checkDelegate(Part spec, Report report) {
        for (String field : List.of("gateways", "tls", "tcp")) {
            if (!spec.at(field).isEmpty()) {
                report.error(
                        spec.at(field),
                        "a VirtualService without hosts is a delegate, which has only http",
                        "give it hosts");
            }
        }
    }

    static void checkGateways(List<Part> gateways, Report report) {
        for (Part gateway : gateways) {
            String name = gateway.text();
            int slash = name.indexOf('/');
            if (slash < 0 && name.indexOf('.') > 0) {
                report.warn(
                        Code.IST0002, gateway, "\"" + name + "\" is Istio's older form: write namespace/name instead");
            }
            String namespace = slash < 0 ? "." : name.substring(0, slash);
            boolean good = (namespace.equals(".") || Names.isLabel(namespace))
                    && (slash < 0 ? Names.isDomain(name) : Names.isLabel(name.substring(slash + 1)));
            if (!good) {
                report.error(gateway, "\"" + name + "\" is no gateway: expected name, namespace/name or mesh");
            }
        }
    }

    private static void checkHosts(Part spec, Report report) {
        List<String> gateways = spec.texts("gateways");
        boolean sni = !spec.at("tls").isEmpty() && gateways.stream().anyMatch(name -> !name.equals(MESH));
        List<Part> hosts = spec.items("hosts");
        for (Part host : hosts) {
            if (host.text().equals("*") && isForMesh(gateways)) {
                report.error(host, "\"*\" would take the whole mesh", "name the hosts, or bind the rule to a gateway");
            } else if (!(sni && isAutoSni(host.text()))) {
                Names.checkHost(host, report);
            }
        }
        checkOverlap(hosts, report);
    }

    private static boolean isAutoSni(String host) {
        String[] parts = host.startsWith(AUTO_SNI) ? host.split("_\\.", 4) : new String[0];
        return parts.length == 4 && Names.isDomain(parts[3]);
    }

    /// Each host against every wildcard that could cover it, so that the time is linear in their number.
    private static void checkOverlap(List<Part> hosts, Report report) {
        Set<String> names = new HashSet<>();
        for (Part host : hosts) {
            if (!names.add(host.text().toLowerCase(Locale.ROOT))) {
                report.error(host, "\"" + host.text() + "\" is there twice");
            }
        }
        for (Part host : hosts) {
            String name = host.text().toLowerCase(Locale.ROOT);
            int from = name.startsWith("*") ? 2 : 0;
            for (int dot = name.indexOf('.', from); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                if (names.contains("*" + name.substring(dot))) {
                    report.error(
                            host, "\"" + name + "\" is covered by \"*" + name.substring(dot) + "\": one is enough");
                }
            }
            if (names.contains("*") && !name.equals("*")) {
                report.error(host, "\"" + name + "\" is covered by \"*\": one is enough");
            }
        }
    }

    private static void checkTls(Part tls, Part spec, Report report) {
        if (tls.items("match").isEmpty()) {
            report.error(tls.at("match"), "a TLS rule needs a match with sniHosts");
        }
        for (Part match : tls.items("match")) {
            if (match.items("sniHosts").isEmpty()) {
                report.error(match.at("sniHosts"), "a TLS match needs at least one SNI host");
            }
            match.items("sniHosts").forEach(sni -> checkSni(sni, spec.texts("hosts"), report));
            checkConnectionMatch(match, report);
        }
        checkRoutes(tls, report);
    }

    private static void checkSni(Part sni, List<String> hosts, Report report) {
        String name = sni.text();
        if (Addresses.isIp(name)) {
            report.warn(sni, "an IP address is no SNI: clients don't send it (RFC 6066)");
        } else if (!Names.isWildcardDomain(name) && !isAutoSni(name)) {
            report.error(sni, "\"" + name + "\" is no SNI host");
        } else if (hosts.stream().noneMatch(host -> Names.covers(host, name))) {
            report.error(sni, "\"" + name + "\" is none of this rule's hosts", "add it to spec.hosts");
        }
    }

    private static void checkTcp(Part tcp, Report report) {
        tcp.items("match").forEach(match -> checkConnectionMatch(match, report));
        checkRoutes(tcp, report);
    }

    private static void checkConnectionMatch(Part match, Report report) {
        for (Part subnet : match.items("destinationSubnets")) {
            if (!Addresses.isIpOrCidr(subnet.text())) {
                report.error(subnet, "\"" + subnet.text() + "\" is no address range: expected 10.0.0.0/8 or an IP");
            }
        }
        Labels.check(match.at("sourceLabels"), report);
        checkGateways(match.items("gateways"), report);
    }

    private static void checkRoutes(Part rule, Report report) {
        if (rule.items("route").isEmpty()) {
            report.error(rule.at("route"), "a rule needs a destination");
        }
        HttpRouteCheck.checkDestinations(rule, report);
    }
}
