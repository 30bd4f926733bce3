package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.count;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;

import dev.meltemi.resources.Gateway.Server;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// `networking.istio.io` Gateway.
final class Gateways {
    private static final Struct SERVER = struct().required(
                    "port",
                    struct().required("number", count())
                            .required("protocol", text())
                            .required("name", text())
                            .refused("targetPort", "it means nothing at a gateway: leave it out"))
            .required("hosts", list(text()))
            .field("name", text())
            .field("bind", text())
            .field("tls", ServerTls.SHAPE)
            .notYet("defaultEndpoint", text(), "requests that no rule takes get 404: write a VirtualService");

    static final Kind KIND = new Kind(
            "networking.istio.io",
            "Gateway",
            List.of("v1", "v1beta1", "v1alpha3"),
            struct().field("selector", table(text())).field("servers", list(SERVER)),
            true,
            Gateways::check,
            Gateways::read);

    private Gateways() {}

    private static void check(Part spec, Metadata metadata, Report report) {
        if (metadata.key().name().contains(".")) {
            report.error(
                    spec, "a gateway's name has no dots: \"" + metadata.key().name() + "\"");
        }
        Labels.check(spec.at("selector"), report);
        if (spec.items("servers").isEmpty()) {
            report.error(spec.at("servers"), "a gateway needs a server");
        }
        Set<String> portNames = new HashSet<>();
        for (Part server : spec.items("servers")) {
            checkServer(server, report);
            Part name = server.at("port").at("name");
            if (!portNames.add(name.text())) {
                report.error(name, "\"" + name.text() + "\" is there twice: port names tell servers apart");
            }
        }
    }

    private static void checkServer(Part server, Report report) {
        checkBind(server, report);
        checkPort(server.at("port"), report);
        if (server.items("hosts").isEmpty()) {
            report.error(server.at("hosts"), "a server needs hosts", "\"*\" takes every host");
        }
        server.items("hosts").forEach(host -> checkHost(host, report));
        Optional<Protocol> protocol = Protocol.parse(server.at("port").text("protocol"));
        protocol.ifPresent(known -> checkTls(server, known, report));
        if (protocol.isPresent() && !isInForce(server)) {
            String reason = switch (protocol.get()) {
                case HTTP -> "Unix sockets aren't opened: give it a port";
                case HTTP2, GRPC, GRPC_WEB, HTTP_PROXY ->
                    "the port isn't opened, because the proxy speaks HTTP/1.1 only yet: use protocol HTTP";
                case HTTPS, TLS, TCP, MONGO, REDIS, MYSQL -> "Unix sockets aren't opened: give it a port";
                case UDP, UNSPECIFIED -> "gateways don't carry UDP: the port isn't opened";
            };
            report.notInForce(server, reason);
        }
    }

    private static boolean isInForce(Part server) {
        boolean spoken = Protocol.parse(server.at("port").text("protocol"))
                .map(protocol -> switch (protocol) {
                    case HTTP, HTTPS, TLS, TCP, MONGO, REDIS, MYSQL -> true;
                    case HTTP2, HTTP_PROXY, GRPC, GRPC_WEB, UDP, UNSPECIFIED -> false;
                })
                .orElse(false);
        return spoken && !server.text("bind").startsWith("unix:");
    }

    private static void checkBind(Part server, Report report) {
        String bind = server.text("bind");
        long port = server.at("port").whole("number");
        boolean unix = bind.startsWith("unix://");
        if (unix && port != 0) {
            report.error(server.at("port").at("number"), "a Unix socket has no port: expected 0");
        } else if (!unix && (port < 1 || port > 65_535)) {
            report.error(server.at("port").at("number"), port + ": expected a port from 1 to 65535");
        }
        if (unix && !isSocketPath(bind.substring("unix://".length()))) {
            report.error(server.at("bind"), "\"" + bind + "\": expected unix:///path of a file, or unix://@name");
        }
        if (!bind.isEmpty() && !unix && !Addresses.isIp(bind)) {
            report.error(server.at("bind"), "\"" + bind + "\": expected an IP address or unix:///path");
        }
    }

    private static boolean isSocketPath(String path) {
        return path.startsWith("@") || (path.startsWith("/") && !path.endsWith("/"));
    }

    private static void checkPort(Part port, Report report) {
        Optional<Protocol> protocol = Protocol.parse(port.text("protocol"));
        if (protocol.isEmpty() || protocol.get() == Protocol.UNSPECIFIED) {
            report.error(
                    port.at("protocol"),
                    "\"" + port.text("protocol") + "\" is no protocol of a gateway",
                    "HTTP, HTTPS, HTTP2, GRPC, GRPC-WEB, TLS, TCP, MONGO, REDIS or MYSQL");
        }
        if (port.text("name").isEmpty()) {
            report.error(port.at("name"), "a port has a name");
        }
    }

    /// `host`, `*.host`, each perhaps after `namespace/`, `./` or `*/`.
    static void checkHost(Part host, Report report) {
        String text = host.text();
        int slash = text.indexOf('/');
        String namespace = slash < 0 ? "*" : text.substring(0, slash);
        String name = text.substring(slash + 1);
        if (!namespace.equals("*") && !namespace.equals(".") && !Names.isLabel(namespace)) {
            report.error(host, "\"" + namespace + "\" is no namespace: expected *, . or a name before the /");
        }
        if (Names.isPartialWildcard(name)) {
            report.error(host, "\"" + name + "\": a wildcard is a whole label", "write *." + name.substring(1));
        } else if (!Names.isWildcardDomain(name) && !Addresses.isIp(name)) {
            report.error(host, "\"" + name + "\" is no host");
        } else if (!name.equals("*") && name.indexOf('.') < 0 && !Addresses.isIp(name)) {
            report.error(host, "\"" + name + "\" is a short name: gateways know full host names only");
        }
    }

    private static void checkTls(Part server, Protocol protocol, Report report) {
        Part tls = server.at("tls");
        boolean encrypted = protocol == Protocol.HTTPS || protocol == Protocol.TLS;
        if (encrypted && !tls.isPresent()) {
            report.error(server, protocol + " needs tls", "give it tls.mode and a certificate");
        } else if (!encrypted && tls.isPresent() && !(protocol.isHttp() && endsNoTls(tls))) {
            report.error(tls, "can't stand at a port with protocol " + protocol, "use HTTPS, or httpsRedirect alone");
        }
        if (!protocol.isHttp() && tls.flag("httpsRedirect")) {
            report.warn(tls.at("httpsRedirect"), "redirects plain HTTP only");
        }
        ServerTls.check(tls, report);
    }

    /// What may stand at a plaintext HTTP port, where `httpsRedirect` alone says something.
    private static boolean endsNoTls(Part tls) {
        return ServerTls.mode(tls).isPassthrough()
                && Stream.of("caCertificates", "privateKey", "serverCertificate")
                        .allMatch(field -> tls.text(field).isEmpty());
    }

    private static Gateway read(Part spec, Metadata metadata) {
        return new Gateway(
                metadata.key(),
                spec.textTable("selector"),
                spec.items("servers").stream().map(Gateways::server).toList());
    }

    private static Server server(Part server) {
        Part port = server.at("port");
        Part tls = server.at("tls");
        Protocol protocol = Protocol.parse(port.text("protocol")).orElse(Protocol.UNSPECIFIED);
        return new Server(
                server.text("name"),
                (int) port.whole("number"),
                port.text("name"),
                protocol,
                server.text("bind"),
                server.texts("hosts"),
                protocol.isHttp() && tls.flag("httpsRedirect"),
                tls.isPresent() && !protocol.isHttp() ? Optional.of(ServerTls.read(tls)) : Optional.empty());
    }
}
