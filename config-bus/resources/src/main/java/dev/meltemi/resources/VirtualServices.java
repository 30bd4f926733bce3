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

    private VirtualServices() {}

    private static VirtualService read(Part spec, Metadata metadata) {
        List<String> gateways = spec.texts("gateways");
        return new VirtualService(
                metadata.key(),
                spec.texts("hosts"),
                gateways.isEmpty() ? List.of(MESH) : gateways,
                spec.texts("exportTo"),
                spec.items("http").stream()
                        .filter(HttpRouteCheck::canBeSent)
                        .map(HttpRouteReader::read)
                        .toList(),
                spec.items("tls").stream().map(ConnectionRoute::read).toList(),
                spec.items("tcp").stream().map(ConnectionRoute::read).toList());
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
        spec.items("tls").forEach(tls -> ConnectionRouteCheck.checkTls(tls, spec, report));
        spec.items("tcp").forEach(tcp -> ConnectionRouteCheck.checkTcp(tcp, report));
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
        boolean sni = !isForMesh(gateways)
                && spec.items("tls").stream()
                        .flatMap(tls -> tls.items("match").stream())
                        .anyMatch(match -> !match.at("sniHosts").isEmpty());
        List<Part> hosts = spec.items("hosts");
        for (Part host : hosts) {
            if (host.text().equals("*") && isForMesh(gateways)) {
                report.error(host, "\"*\" would take the whole mesh", "name the hosts, or bind the rule to a gateway");
            } else if (!(sni && ConnectionRouteCheck.isAutoSni(host.text()))) {
                Names.checkHost(host, report);
            }
        }
        checkOverlap(hosts, report);
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
}
