package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What makes a Sidecar valid.
final class SidecarCheck {
    private static final String UNIX = "unix://";

    private SidecarCheck() {}

    static void check(Part spec, Metadata metadata, Report report) {
        if (spec.isEmpty()) {
            report.error(spec, "is empty: give it egress, ingress or outboundTrafficPolicy");
        }
        Part selector = spec.at("workloadSelector");
        Labels.checkSelector(selector, selector.at("labels"), report);
        Set<Long> ports = new HashSet<>();
        for (Part ingress : spec.items("ingress")) {
            checkIngress(ingress, report);
            if (!ports.add(ingress.at("port").whole("number"))) {
                report.error(ingress.at("port").at("number"), "is there twice");
            }
        }
        checkEgress(spec.items("egress"), metadata.namespace(), report);
        ConnectionPools.check(spec.at("inboundConnectionPool"), report);
        checkEgressProxy(spec.at("outboundTrafficPolicy"), report);
    }

    private static void checkIngress(Part ingress, Report report) {
        Part port = ingress.at("port");
        long number = port.whole("number");
        if (number < 1 || number > 65_535) {
            report.error(port.at("number"), number + ": expected a port from 1 to 65535");
        }
        checkProtocol(port, report);
        String endpoint = ingress.text("defaultEndpoint");
        if (!endpoint.isEmpty() && !isEndpoint(endpoint)) {
            report.error(
                    ingress.at("defaultEndpoint"),
                    "\"" + endpoint + "\": expected 127.0.0.1:port, 0.0.0.0:port, [::1]:port or unix:///path");
        }
        Part pool = ingress.at("connectionPool");
        ConnectionPools.check(pool, report);
        Protocol protocol = Protocol.parse(port.text("protocol")).orElse(Protocol.UNSPECIFIED);
        if (pool.has("http") && !protocol.isHttp() && protocol != Protocol.UNSPECIFIED) {
            report.warn(pool.at("http"), "does nothing at a port with protocol " + protocol);
        }
        checkTls(ingress.at("tls"), protocol, report);
    }

    private static void checkProtocol(Part port, Report report) {
        if (Protocol.parse(port.text("protocol")).isEmpty()) {
            report.error(port.at("protocol"), "\"" + port.text("protocol") + "\" is no protocol");
        }
        if (port.has("targetPort")) {
            report.error(port.at("targetPort"), "means nothing here: leave it out");
        }
    }

    private static boolean isEndpoint(String endpoint) {
        if (endpoint.startsWith(UNIX)) {
            return isSocket(endpoint) && endpoint.length() > UNIX.length() + 1;
        }
        int colon = endpoint.lastIndexOf(':');
        Set<String> hosts = Set.of("127.0.0.1", "0.0.0.0", "[::1]", "[::]");
        String port = endpoint.substring(colon + 1);
        return colon > 0
                && hosts.contains(endpoint.substring(0, colon))
                && port.matches("[0-9]{1,5}")
                && Integer.parseInt(port) >= 1
                && Integer.parseInt(port) <= 65_535;
    }

    private static boolean isSocket(String bind) {
        return bind.startsWith(UNIX + "/") || bind.startsWith(UNIX + "@");
    }

    private static void checkTls(Part tls, Protocol protocol, Report report) {
        if (!tls.isPresent()) {
            return;
        }
        for (String field :
                List.of("subjectAltNames", "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates")) {
            if (!tls.at(field).isEmpty() && !tls.text(field).equals("false")) {
                report.error(tls.at(field), "means nothing at a sidecar: leave it out");
            }
        }
        String mode = tls.text("mode");
        if (mode.equals("ISTIO_MUTUAL") || mode.equals("AUTO_PASSTHROUGH")) {
            report.error(tls.at("mode"), mode + " is for gateways: use SIMPLE or MUTUAL");
        }
        if (protocol != Protocol.HTTPS && protocol != Protocol.TLS) {
            report.error(tls, "needs a port with protocol HTTPS or TLS");
        }
        ServerTls.check(tls, report);
    }

    private static void checkEgress(List<Part> listeners, String home, Report report) {
        Set<String> binds = new HashSet<>();
        boolean portless = false;
        for (Part egress : listeners) {
            if (portless) {
                report.error(egress, "comes after the listener without a port, which takes everything: put that last");
            }
            portless |= !egress.has("port");
            if (egress.has("port")) {
                checkEgressPort(egress, report);
                String bind = egress.text("bind");
                String where =
                        bind.startsWith(UNIX) ? bind : "" + egress.at("port").whole("number");
                if (!binds.add(where)) {
                    report.error(egress, "\"" + where + "\" is there twice");
                }
            }
            checkHosts(egress, home, report);
        }
    }

    private static void checkEgressPort(Part egress, Report report) {
        Part port = egress.at("port");
        checkProtocol(port, report);
        String bind = egress.text("bind");
        boolean unix = isSocket(bind);
        if (!bind.isEmpty() && !unix && !Addresses.isIp(bind)) {
            report.error(egress.at("bind"), "\"" + bind + "\": expected an IP address or unix:///path");
        }
        long number = port.whole("number");
        if (unix && number != 0) {
            report.error(port.at("number"), "a Unix socket has no port");
        } else if (!unix && (number < 1 || number > 65_535)) {
            report.error(port.at("number"), number + ": expected a port from 1 to 65535");
        }
        String capture = egress.text("captureMode");
        if (unix && capture.equals("IPTABLES")) {
            report.error(egress.at("captureMode"), "a Unix socket can't be captured: DEFAULT or NONE");
        }
    }

    private static void checkHosts(Part egress, String home, Report report) {
        List<Part> hosts = egress.items("hosts");
        if (hosts.isEmpty()) {
            report.error(egress.at("hosts"), "is empty: which services may be called?", "\"*/*\" allows all");
        }
        Set<String> seen = new HashSet<>();
        hosts.forEach(host -> seen.add(host.text()));
        Set<String> once = new HashSet<>();
        for (Part host : hosts) {
            String text = host.text();
            int slash = text.indexOf('/');
            if (slash < 1) {
                report.error(host, "\"" + text + "\": expected namespace/host", "./* is this namespace, */* all");
                continue;
            }
            checkHost(host, text.substring(0, slash), text.substring(slash + 1), report);
            boolean covered = !text.endsWith("/*") && seen.contains(text.substring(0, slash) + "/*");
            boolean all = seen.contains("*/*") && !text.equals("*/*") && !text.startsWith("~");
            boolean own = seen.contains("./*") && text.startsWith(home + "/");
            if (!once.add(text) || covered || all || own) {
                report.warn(host, "\"" + text + "\" is covered by another host of the list");
            }
        }
    }

    private static void checkHost(Part host, String namespace, String name, Report report) {
        String excluded = namespace.startsWith("~") && namespace.length() > 1 ? namespace.substring(1) : namespace;
        if (!Set.of("*", ".", "~").contains(excluded) && !Names.isLabel(excluded)) {
            report.error(host, "\"" + namespace + "\" is no namespace: expected *, ., ~ or a name");
        }
        if (Names.isPartialWildcard(name) || !Names.isWildcardDomain(name)) {
            report.error(host, "\"" + name + "\" is no host: expected a name, *.domain or *");
        }
    }

    private static void checkEgressProxy(Part policy, Report report) {
        Part proxy = policy.at("egressProxy");
        if (!proxy.isPresent()) {
            return;
        }
        if (!policy.text("mode").equals("ALLOW_ANY")) {
            report.error(proxy, "needs mode ALLOW_ANY");
        }
        if (!proxy.has("port")) {
            report.error(proxy.at("port"), "is missing");
        }
        Optional.of(proxy.text("host"))
                .filter(host -> !Names.isDomain(host))
                .ifPresent(host -> report.error(proxy.at("host"), "\"" + host + "\" is no host"));
    }
}
