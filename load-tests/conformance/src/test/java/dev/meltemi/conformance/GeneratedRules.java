package dev.meltemi.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// Documents and requests from a universe so small that matches overlap all the time.
final class GeneratedRules {
    private static final List<String> HOSTS = List.of("cart", "till");
    private static final List<String> PATHS = List.of("/", "/a", "/a/b", "/ab", "/a?page=1", "/b?page=2&x=y");
    private static final List<String> MATCHES = List.of(
            "uri: {prefix: /a}",
            "uri: {exact: /a}",
            "uri: {regex: \"/a.*\"}",
            "uri: {prefix: /}",
            "method: {exact: POST}",
            "headers: {tier: {exact: gold}}",
            "headers: {tier: {}}",
            "withoutHeaders: {tier: {exact: gold}}",
            "queryParams: {page: {exact: \"1\"}}",
            "sourceLabels: {app: client}",
            "sourceLabels: {app: nobody}",
            "port: 80",
            "port: 8080",
            "gateways: [default/edge]",
            "gateways: [mesh]",
            "authority: {prefix: cart}");
    private static final List<String> API_MATCHES = List.of(
            "path: {type: PathPrefix, value: /a}",
            "path: {type: Exact, value: /a/b}",
            "method: POST",
            "headers: [{name: tier, value: gold}]",
            "queryParams: [{name: page, value: \"1\"}]");

    private final RandomGenerator random;

    GeneratedRules(RandomGenerator random) {
        this.random = random;
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    /// A YAML stream.
    String documents() {
        var documents = new ArrayList<String>();
        for (String host : HOSTS) {
            documents.add("""
                apiVersion: v1
                kind: Service
                metadata: {name: %1$s}
                spec: {selector: {app: %1$s}, ports: [{name: http, port: 80}, {name: http-other, port: 8080}]}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: %1$s}
                spec: {host: %1$s, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
                """.formatted(host));
        }
        documents.add("""
            apiVersion: networking.istio.io/v1
            kind: Gateway
            metadata: {name: edge, namespace: default}
            spec:
              selector: {istio: ingressgateway}
              servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
            """);
        for (int i = random.nextInt(4); i >= 0; i--) {
            documents.add(random.nextInt(4) == 0 ? httpRoute(i) : virtualService(i));
        }
        return String.join("---\n", documents);
    }

    private String virtualService(int number) {
        var text = new StringBuilder(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: rule%d}
                spec:
                  hosts: [%s]
                  gateways: %s
                  http:
                """.formatted(number, pick(HOSTS), pick(List.of("[mesh]", "[mesh, default/edge]", "[default/edge]"))));
        for (int i = random.nextInt(3); i >= 0; i--) {
            text.append("  - match:\n");
            for (int j = random.nextInt(2); j >= 0; j--) {
                var match = new TreeMap<String, String>();
                for (int k = random.nextInt(3); k >= 0; k--) {
                    String one = pick(MATCHES);
                    match.put(one.substring(0, one.indexOf(':')), one);
                }
                text.append("    - {").append(String.join(", ", match.values())).append("}\n");
            }
            text.append("    ").append(action()).append('\n');
        }
        if (random.nextBoolean()) {
            text.append("  - ").append(action()).append('\n');
        }
        return text.toString();
    }

    private String action() {
        return pick(List.of(
                "route: [{destination: {host: cart, port: {number: 80}}}]",
                "route: [{destination: {host: till, subset: v1, port: {number: 8080}}}]",
                "route: [{destination: {host: till, subset: v9, port: {number: 80}}}]",
                "route: [{destination: {host: cart, subset: v1}, weight: 70}, {destination: {host: till}, weight: 30}]",
                "redirect: {uri: /elsewhere}",
                "directResponse: {status: 410, body: {string: gone}}"));
    }

    private String httpRoute(int number) {
        return """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: rule%d}
            spec:
              parentRefs: [{group: "", kind: Service, name: %s}]
              rules:
              - matches: [{%s}, {%s}]
                backendRefs: [{name: till, port: 80}]
            """.formatted(number, pick(HOSTS), pick(API_MATCHES), pick(API_MATCHES));
    }

    RoutingCase request() {
        boolean byGateway = random.nextInt(3) == 0;
        var asked = new TreeMap<String, Object>(Map.of(
                "via",
                byGateway ? "gateway" : "mesh",
                "gateway",
                "default/edge",
                "host",
                pick(HOSTS),
                "port",
                byGateway || random.nextBoolean() ? 80 : 8080,
                "path",
                pick(PATHS),
                "method",
                pick(List.of("GET", "POST")),
                "sourceLabels",
                Map.of("app", "client"),
                "headers",
                random.nextBoolean() ? Map.of("tier", pick(List.of("gold", "tin"))) : Map.of()));
        return new RoutingCase(asked, Map.of());
    }
}
