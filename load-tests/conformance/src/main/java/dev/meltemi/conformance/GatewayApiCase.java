package dev.meltemi.conformance;

import dev.meltemi.routing.Workload;
import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.GatewayApi;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One case of the Gateway API, told in the words of {@link RoutingCase}.
record GatewayApiCase(Map<String, Object> line) {
    private static final Set<String> REQUEST = Set.of("method", "host", "path", "headers", "port", "service");
    private static final Set<String> FORWARDED = Set.of("path", "host", "headers", "absentHeaders", "method");

    /// Who asks for any host asks for an address.
    private static final String ANY_HOST = "192.0.2.1";

    String unknown() {
        String mode = Node.text(line, "mode", "");
        return Node.unknown(Node.map(line.get("request")), REQUEST)
                + Node.unknown(Node.map(expect().get("forwarded")), FORWARDED)
                + Node.unknown(Node.map(expect().get("backend")), Set.of("name", "namespace"))
                + Node.unknown(Node.map(expect().get("redirect")), Set.of("scheme", "host", "port", "path"))
                + (Set.of("gateway", "mesh").contains(mode) ? "" : "mode: " + mode);
    }

    Map<String, Object> expect() {
        return Node.map(line.get("expect"));
    }

    private boolean byGateway() {
        return Node.text(line, "mode", "").equals("gateway");
    }

    private boolean isGrpc() {
        return Node.text(line, "kind", "").equals("GRPCRoute");
    }

    private String gateway() {
        Map<String, Object> gateway = Node.map(line.get("gateway"));
        return Node.text(gateway, "namespace", "default") + "/" + Node.text(gateway, "name", "");
    }

    private @Nullable GatewayRoutes gateway(Compiled compiled) {
        String named = gateway();
        return compiled.gateways().values().stream()
                .filter(each -> each.getApi() == GatewayApi.KUBERNETES
                        && each.getGateway().equals(named))
                .findFirst()
                .orElse(null);
    }

    /// The gateway that is called has the labels that its Gateway selects; else it is the calling workload.
    Workload workload(Compiled compiled) {
        if (byGateway()) {
            GatewayRoutes found = gateway(compiled);
            String namespace = Node.text(Node.map(line.get("gateway")), "namespace", "default");
            return new Workload(
                    "gateway-1",
                    "gateway",
                    namespace,
                    found == null ? Map.of() : found.getSelector(),
                    "gateway",
                    "",
                    true);
        }
        Map<String, Object> client = Node.map(line.get("client"));
        var labels = Node.textByName(client);
        labels.remove("namespace");
        return new Workload(
                "client-1", "client", Node.text(client, "namespace", "default"), labels, "client", "", false);
    }

    /// A port that is no listener's is one that the caller writes beside the host.
    RoutingCase request(Compiled compiled) {
        Map<String, Object> request = Node.map(line.get("request"));
        List<GatewayServer> servers = byGateway() ? servers(compiled) : List.of();
        int named = (int) Node.number(request.get("port"));
        boolean listening = servers.stream().anyMatch(server -> server.getPort() == named);
        int port = listening || (!byGateway() && named > 0) ? named : standard(servers);
        String host = Node.text(request, "host", "");
        var asked = new LinkedHashMap<String, Object>();
        asked.put("via", byGateway() ? "gateway" : "mesh");
        asked.put("method", isGrpc() ? "POST" : Node.text(request, "method", "GET"));
        asked.put("host", (host.isEmpty() ? ANY_HOST : host) + (named > 0 && port != named ? ":" + named : ""));
        asked.put("port", port);
        asked.put("path", isGrpc() ? "/" + request.get("service") + "/" + request.get("method") : request.get("path"));
        var headers = new LinkedHashMap<>(Node.map(request.get("headers")));
        if (isGrpc()) {
            headers.put("content-type", "application/grpc");
        }
        asked.put("headers", headers);
        asked.put(
                "scheme", servers.stream().anyMatch(each -> each.getPort() == port && isTls(each)) ? "https" : "http");
        asked.put("backendResponseHeaders", Node.map(line.get("backendSetsResponseHeaders")));
        return new RoutingCase(asked, expect());
    }

    private List<GatewayServer> servers(Compiled compiled) {
        GatewayRoutes found = gateway(compiled);
        return found == null ? List.of() : found.getServers();
    }

    private static boolean isTls(GatewayServer server) {
        return Set.of("HTTPS", "TLS").contains(server.getProtocol());
    }

    private static int standard(List<GatewayServer> servers) {
        return servers.isEmpty() || servers.stream().anyMatch(server -> server.getPort() == 80)
                ? 80
                : servers.getFirst().getPort();
    }

    /// @param seen in the words of {@link RoutingCase}
    Outcome outcome(RoutingCase request, Observation seen) {
        var actual = new LinkedHashMap<String, @Nullable Object>();
        var differences = new ArrayList<String>();
        expect().forEach((key, expected) -> {
            Object found = actual(key, expected, request, seen);
            actual.put(key, found);
            if (!agree(key, expected, found, request)) {
                differences.add(key + ": expected " + expected + " but was " + found);
            }
        });
        return Outcome.of(actual, String.join("; ", differences));
    }

    private @Nullable Object actual(String key, @Nullable Object expected, RoutingCase request, Observation seen) {
        return switch (key) {
            case "status", "grpcStatus" -> seen.of(key, expected);
            case "backend", "weights" -> seen.of(byGateway() ? "services" : "workloads", expected);
            case "forwarded" -> forwarded(Node.map(expected), request, seen);
            case "redirect" -> seen.of("redirect", expected);
            case "responseHeaders", "responseHeadersOneOf" -> seen.of("responseHeaders", expected);
            case "absentResponseHeaders" -> seen.of("responseAbsent", expected);
            case "mirroredTo" -> seen.of("mirrors", expected);
            case "ignoreWhitespaceInHeaderValues" -> expected;
            default -> new Observation.Unseen("a key that this version doesn't know");
        };
    }

    /// Of a request that the proxy answered itself nothing but its own method can be told.
    private static Map<String, @Nullable Object> forwarded(
            Map<String, Object> expected, RoutingCase request, Observation seen) {
        var actual = new LinkedHashMap<String, @Nullable Object>();
        expected.forEach((key, wanted) -> actual.put(
                key,
                switch (key) {
                    case "path" -> seen.of("path", wanted);
                    case "host" -> seen.of("authority", wanted);
                    case "headers" -> seen.of("forwardedHeaders", wanted);
                    case "absentHeaders" -> seen.of("forwardedAbsent", wanted);
                    default -> request.text("method", "GET");
                }));
        return actual;
    }

    private boolean agree(String key, @Nullable Object expected, @Nullable Object actual, RoutingCase request) {
        if (actual instanceof Observation.Unseen) {
            return false;
        }
        return switch (key) {
            case "status" -> Node.texts(expected).contains(String.valueOf(actual));
            case "backend" -> Map.of(named(Node.map(expected)), 1.0).equals(actual);
            case "weights" -> weights(Node.map(expected), Node.map(actual));
            case "forwarded" -> {
                Map<String, Object> found = Node.map(actual);
                yield Node.map(expected).entrySet().stream()
                        .allMatch(entry -> Agreement.difference(
                                        RENAMED.getOrDefault(entry.getKey(), entry.getKey()),
                                        entry.getValue(),
                                        found.get(entry.getKey()))
                                .isEmpty());
            }
            case "redirect" ->
                Node.map(actual).get("location") instanceof String location
                        && new RedirectedTo(request).agrees(Node.map(expected), location);
            case "responseHeaders" ->
                Agreement.difference("responseHeaders", expected, actual).isEmpty();
            case "responseHeadersOneOf" -> oneOf(Node.map(expected), Node.map(actual));
            case "absentResponseHeaders" ->
                Agreement.difference("responseAbsent", expected, actual).isEmpty();
            case "mirroredTo" ->
                Node.maps(expected).stream()
                        .map(GatewayApiCase::host)
                        .sorted()
                        .toList()
                        .equals(Node.maps(actual).stream()
                                .map(each -> Node.text(each, "host", ""))
                                .sorted() // copies are sent at the same time
                                .toList());
            default -> String.valueOf(expected).equals(String.valueOf(actual));
        };
    }

    private static final Map<String, String> RENAMED =
            Map.of("headers", "forwardedHeaders", "absentHeaders", "forwardedAbsent");

    private static String named(Map<String, Object> backend) {
        return Node.text(backend, "namespace", "default") + "/" + Node.text(backend, "name", "");
    }

    private static String host(Map<String, Object> backend) {
        return Node.text(backend, "name", "") + "." + Node.text(backend, "namespace", "default") + ".svc.cluster.local";
    }

    private boolean weights(Map<String, Object> expected, Map<String, Object> actual) {
        var byName = new LinkedHashMap<String, Object>();
        actual.forEach((name, share) -> byName.put(name.substring(name.indexOf('/') + 1), share));
        return expected.keySet().containsAll(byName.keySet())
                && Agreement.difference("share", expected, byName).isEmpty();
    }

    private static boolean oneOf(Map<String, Object> expected, Map<String, Object> actual) {
        return expected.entrySet().stream()
                .allMatch(header -> Node.texts(header.getValue()).stream()
                        .anyMatch(
                                value -> Agreement.difference("responseHeaders", Map.of(header.getKey(), value), actual)
                                        .isEmpty()));
    }
}
