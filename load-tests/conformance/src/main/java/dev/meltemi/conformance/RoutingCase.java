package dev.meltemi.conformance;

import dev.meltemi.routing.ConnectionHead;
import dev.meltemi.routing.RequestHead;
import dev.meltemi.routing.Workload;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A request, and what becomes of it.
///
/// @param asked `request`
/// @param expect only the keys that are there are checked
record RoutingCase(Map<String, Object> asked, Map<String, Object> expect) {
    private static final Set<String> KNOWN = Set.of(
            "via",
            "sourceNamespace",
            "sourceLabels",
            "gateway",
            "protocol",
            "method",
            "host",
            "port",
            "path",
            "headers",
            "scheme",
            "sni",
            "backendResponseHeaders");

    String text(String key, String otherwise) {
        return Node.text(asked, key, otherwise);
    }

    String path() {
        return text("path", "/");
    }

    String host() {
        return text("host", "").toLowerCase(Locale.ROOT);
    }

    int port() {
        return (int) Node.number(asked.getOrDefault("port", 80));
    }

    boolean byGateway() {
        return text("via", "mesh").equals("gateway");
    }

    boolean isHttp() {
        return text("protocol", "HTTP").equals("HTTP");
    }

    /// Without the port that a caller may write beside it.
    String bareHost() {
        int colon = host().indexOf(':');
        return colon < 0 ? host() : host().substring(0, colon);
    }

    boolean isGrpc() {
        return isGrpc(headers("headers").getOrDefault("content-type", List.of()));
    }

    static boolean isGrpc(List<String> contentTypes) {
        return contentTypes.stream().anyMatch(type -> type.startsWith("application/grpc"));
    }

    /// Each with one value; several lines of a name are told joined by commas.
    Map<String, List<String>> headers(String key) {
        var headers = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
        Node.map(asked.get(key)).forEach((name, value) -> headers.put(name, Node.texts(value)));
        return headers;
    }

    /// What in it nobody here understands, empty when all is understood.
    String unknown() {
        String via = text("via", "mesh");
        return Node.unknown(asked, KNOWN) + (Set.of("mesh", "gateway").contains(via) ? "" : "via: " + via);
    }

    /// Who calls, or the gateway that is called.
    ///
    /// @param gatewayLabels of a gateway's workload: what the Gateway selects
    Workload workload(Map<String, String> gatewayLabels) {
        if (byGateway()) {
            String gateway = text("gateway", "");
            String namespace = gateway.substring(0, Math.max(0, gateway.indexOf('/')));
            return new Workload("gateway-1", "gateway", namespace, gatewayLabels, "gateway", "", true);
        }
        return new Workload(
                "client-1",
                "client",
                text("sourceNamespace", "default"),
                Node.textByName(asked.get("sourceLabels")),
                "client",
                "",
                false);
    }

    /// The data name the addressed port beside the Host header, as an intercepted connection would.
    RequestHead head() {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers("headers").forEach((name, values) -> headers.put(name, String.join(",", values)));
        return new Head(text("method", "GET"), path(), host(), text("scheme", "http"), headers, port());
    }

    /// A caller in the mesh names the service; a gateway's caller names nobody but in its hello.
    ConnectionHead connection() {
        String sni = text("sni", "");
        return new ConnectionHead(
                sni.isEmpty() ? null : sni,
                byGateway() || host().isEmpty() ? null : host(),
                port(),
                text("protocol", "").equals("TLS"));
    }

    record Head(
            String method, String path, String authority, String scheme, Map<String, String> headers, int listenerPort)
            implements RequestHead {
        @Override
        public @Nullable String header(String name) {
            return headers.get(name);
        }
    }
}
