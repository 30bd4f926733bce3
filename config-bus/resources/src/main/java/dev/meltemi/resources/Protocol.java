package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.Locale;
import java.util.Optional;

/// What is spoken on a port, in Istio's words.
public enum Protocol {
    HTTP,
    HTTP2,
    HTTP_PROXY,
    GRPC,
    GRPC_WEB,
    HTTPS,
    TLS,
    TCP,
    UDP,
    MONGO,
    REDIS,
    MYSQL,
    /// Not said: to be sniffed.
    UNSPECIFIED;

    /// @param text in any case, `grpc-web` too
    /// @return empty when Istio knows no such protocol
    public static Optional<Protocol> parse(String text) {
        return switch (text.toUpperCase(Locale.ROOT)) {
            case "" -> Optional.of(UNSPECIFIED);
            case "HTTP" -> Optional.of(HTTP);
            case "HTTP2" -> Optional.of(HTTP2);
            case "HTTP_PROXY" -> Optional.of(HTTP_PROXY);
            case "GRPC" -> Optional.of(GRPC);
            case "GRPC-WEB" -> Optional.of(GRPC_WEB);
            case "HTTPS" -> Optional.of(HTTPS);
            case "TLS" -> Optional.of(TLS);
            case "TCP" -> Optional.of(TCP);
            case "UDP" -> Optional.of(UDP);
            case "MONGO" -> Optional.of(MONGO);
            case "REDIS" -> Optional.of(REDIS);
            case "MYSQL" -> Optional.of(MYSQL);
            default -> Optional.empty();
        };
    }

    /// As Istio chooses it for a port of a Service: `appProtocol`, or what the port's name begins with, such as
    /// `http-web`; UNSPECIFIED also when that is no protocol.
    public static Protocol ofServicePort(Part port) {
        if (port.text("protocol").equals("UDP")) {
            return UDP;
        }
        return switch (port.text("appProtocol")) {
            case "" -> byName(port.text("name"));
            case "kubernetes.io/h2c" -> HTTP2;
            case "kubernetes.io/ws" -> HTTP;
            case "kubernetes.io/wss" -> HTTPS;
            case String named -> byName(named);
        };
    }

    private static Protocol byName(String name) {
        if (name.regionMatches(true, 0, "grpc-web", 0, "grpc-web".length())) {
            return GRPC_WEB;
        }
        int dash = name.indexOf('-');
        return parse(dash < 0 ? name : name.substring(0, dash)).orElse(UNSPECIFIED);
    }

    /// Whether requests on such a port are routed by HTTP rules.
    public boolean isHttp() {
        return switch (this) {
            case HTTP, HTTP2, HTTP_PROXY, GRPC, GRPC_WEB -> true;
            case HTTPS, TLS, TCP, UDP, MONGO, REDIS, MYSQL, UNSPECIFIED -> false;
        };
    }
}
