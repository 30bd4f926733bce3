package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.yaml.Node;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What makes a Sidecar valid.
final class SidecarCheck {
    private static final String UNIX = "unix://";

    private SidecarCheck() {}

    static void check(Part spec, Metadata metadata, Report report) {
        if (List.of("egress", "ingress", "outboundTrafficPolicy", "inboundConnectionPool").stream()
                .allMatch(field -> isMissing(spec.at(field)))) {
            report.error(spec, "says nothing: give it egress, ingress or outboundTrafficPolicy");
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

    private static boolean isMissing(Part part) {
        return !part.isPresent() || (part.node() instanceof Node.Sequence && part.isEmpty());
    }

    private static void checkIngress(Part ingress, Report report) {
        Part port = ingress.at("port");
        checkNumber(port, report);
        checkPort(port, report);
        checkBind(ingress, report);
        String endpoint = ingress.text("defaultEndpoint");
        if (!endpoint.isEmpty() && !isEndpoint(endpoint)) {
            report.error(
                    ingress.at("defaultEndpoint"),
                    "\"" + endpoint + "\": expected 127.0.0.1:port, 0.0.0.0:port, [::1]:port, :port or unix:///path");
        }
        Part pool = ingress.at("connectionPool");
        ConnectionPools.check(pool, report);
        Protocol protocol = Protocol.parse(port.text("protocol")).orElse(Protocol.UNSPECIFIED);
        if (pool.has("http") && !protocol.isHttp()) {
            report.warn(pool.at("http"), "does nothing at a port whose protocol isn't HTTP");
        }
        checkTls(ingress.at("tls"), protocol, report);
        report.notInForce(port, "opens no port, only its connectionPool counts: " + Sidecars.TAKES);
    }

    private static void checkNumber(Part port, Report report) {
        long number = port.whole("number");
        if (number < 1 || number > 65_535) {
            report.error(port.at("number"), number + ": expected a port from 1 to 65535");
        }
    }

    private static void checkPort(Part port, Report report) {
        String name = port.text("name");
        if (!name.isEmpty() && !Names.isLabel(name)) {
            report.error(port.at("name"), "\"" + name + "\" is no port name: expected letters, digits and -");
        }
        if (Protocol.parse(port.text("protocol")).isEmpty()) {
            report.error(port.at("protocol"), "\"" + port.text("protocol") + "\" is no protocol");
        }
        if (port.whole("targetPort") > 0) {
            report.error(port.at("targetPort"), "means nothing here: leave it out");
        }
    }

    private static void checkBind(Part listener, Report report) {
        String bind = listener.text("bind");
        if (!bind.isEmpty() && !Addresses.isIp(bind)) {
            report.error(listener.at("bind"), "\"" + bind + "\": expected an IP address");
        }
    }

    private static boolean isEndpoint(String endpoint) {
        if (endpoint.startsWith(UNIX)) {
            return isSocket(endpoint);
        }
        int colon = endpoint.lastIndexOf(':');
        Set<String> hosts = Set.of("", "127.0.0.1", "0.0.0.0", "[::1]", "[::]", "[127.0.0.1]", "[0.0.0.0]");
        String port = endpoint.substring(colon + 1);
        return colon >= 0
                && hosts.contains(endpoint.substring(0, colon))
                && port.matches("[0-9]{1,5}")
                && Integer.parseInt(port) >= 1
                && Integer.parseInt(port) <= 65_535;
    }

    /// An absolute path of a file, or an abstract name.
    private static boolean isSocket(String bind) {
        return bind.startsWith(UNIX + "@") || (bind.startsWith(UNIX + "/") && !bind.endsWith("/"));
    }

    /// Whether an egress listener is one for a Unix socket.
    static boolean isAtSocket(Part egress) {
        return egress.has("port") && egress.at("port").whole("number") == 0;
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
                String where = isAtSocket(egress)
                        ? egress.text("bind")
                        : "" + egress.at("port").whole("number");
                if (!binds.add(where)) {
                    report.error(egress, "\"" + where + "\" is there twice");
                }
            }
            checkHosts(egress, home, report);
        }
    }

    private static void checkEgressPort(Part egress, Report report) {
        Part port = egress.at("port");
        checkPort(port, report);
        if (!isAtSocket(egress)) {
            checkNumber(port, report);
            checkBind(egress, report);
            return;
        }
        if (!isSocket(egress.text("bind"))) {
            report.error(egress.at("bind"), "port 0 is for a Unix socket: expected unix:///path or unix://@name");
        }
        if (egress.text("captureMode").equals("IPTABLES")) {
            report.error(egress.at("captureMode"), "a Unix socket can't be captured: DEFAULT or NONE");
        }
    }

    private static void checkHosts(Part egress, String home, Report report) {
        List<Part> hosts = egress.items("hosts");
        if (hosts.isEmpty()) {
            report.error(egress.at("hosts"), "is empty: which services may be called?", "\"*/*\" allows all");
        }
        Set<String> seen = new HashSet<>();
        hosts.forEach(host -> seen.add(resolved(host.text(), home)));
        Set<String> once = new HashSet<>();
        for (Part host : hosts) {
            String text = host.text();
            int slash = text.indexOf('/');
            if (slash < 1) {
                report.error(host, "\"" + text + "\": expected namespace/host", "./* is this namespace, */* all");
                continue;
            }
            checkHost(host, text.substring(0, slash), text.substring(slash + 1), report);
            String named = resolved(text, home);
            boolean covered = !named.endsWith("/*") && seen.contains(named.substring(0, named.indexOf('/')) + "/*");
            boolean all = seen.contains("*/*") && !named.equals("*/*");
            if (!text.startsWith("~") && (!once.add(named) || covered || all)) {
                report.warn(host, "\"" + text + "\" is covered by another host of the list");
            }
        }
    }

    private static String resolved(String host, String home) {
        return host.startsWith("./") ? home + host.substring(1) : host;
    }

    private static void checkHost(Part host, String namespace, String name, Report report) {
        String meant = namespace.startsWith("~") ? namespace.substring(1) : namespace;
        if (!Set.of("", "*", ".").contains(meant) && !Names.isLabel(meant)) {
            report.error(host, "\"" + namespace + "\" is no namespace: expected *, ., ~ or a name");
        }
        if (name.equals("*")) {
            return;
        }
        if (name.indexOf('.') < 0) {
            report.error(host, "\"" + name + "\" is short: expected a full name, *.domain or *");
        } else if (Names.isPartialWildcard(name) || !Names.isWildcardDomain(name)) {
            report.error(host, "\"" + name + "\" is no host: expected a full name, *.domain or *");
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
        if (!Names.isDomain(proxy.text("host"))) {
            report.error(proxy.at("host"), "\"" + proxy.text("host") + "\" is no host");
        }
        String subset = proxy.text("subset");
        if (!subset.isEmpty() && !Names.isLabel(subset)) {
            report.error(proxy.at("subset"), "\"" + subset + "\" is no subset's name");
        }
    }
}
