package dev.meltemi.resources.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.KubernetesGateway;
import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.resources.Resource;
import dev.meltemi.resources.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteStatusTest {
    private static final String MESH = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: infra}
        spec:
          gatewayClassName: meltemi
          listeners:
          - {name: open, port: 80, protocol: HTTP, hostname: "*.open.io", allowedRoutes: {namespaces: {from: All}}}
          - {name: own, port: 81, protocol: HTTP}
          - name: some
            port: 82
            protocol: HTTP
            allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: shop}}}}
          - name: grpc
            port: 83
            protocol: HTTP
            allowedRoutes: {namespaces: {from: All}, kinds: [{kind: GRPCRoute}, {kind: TCPRoute}]}
          - {name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: c}, {name: d, namespace: vault}]}}
          - {name: clash, port: 443, protocol: HTTP}
        ---
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop, labels: {team: shop}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: shop}
        spec: {ports: [{port: 80, name: http}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: other}
        spec: {ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: api, namespace: other}
        spec: {ports: [{port: 80}]}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: ReferenceGrant
        metadata: {name: web, namespace: other}
        spec:
          from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
          to: [{group: "", kind: Service, name: web}]
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: pay, namespace: shop}
        spec: {hosts: [pay.example.com], ports: [{number: 443, name: tls, protocol: TLS}]}
        """;

    private static List<Resource> resources(String text) {
        var resources = new ArrayList<Resource>();
        for (var document : Documents.split(text)) {
            switch (Documents.judge(document.text(), Optional.empty())) {
                case Verdict.Accepted accepted -> resources.add(accepted.resource());
                case Verdict.Rejected rejected -> throw new AssertionError(rejected);
            }
        }
        return resources;
    }

    private static KubernetesRoute route(String kind, String namespace, String spec) {
        return (KubernetesRoute) resources("""
            apiVersion: gateway.networking.k8s.io/v1
            kind: %s
            metadata: {name: r, namespace: %s}
            spec: %s
            """.formatted(kind, namespace, spec)).getFirst();
    }

    private static String reason(KubernetesRoute route, String type) {
        return RouteStatus.of(route, new Surroundings(resources(MESH))).getFirst().conditions().stream()
                .filter(one -> one.type().equals(type))
                .map(one -> one.holds() == one.reason().equals(type) ? one.reason() : "inconsistent " + one)
                .findFirst()
                .orElse("");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTPRoute | shop  | {name: edge, namespace: infra}                      | a.open.io   | Accepted",
                "HTTPRoute | shop  | {name: edge}                                        | a.open.io   |"
                        + " NoMatchingParent",
                "HTTPRoute | shop  | {name: edge, namespace: infra, sectionName: none}   | a.open.io   |"
                        + " NoMatchingParent",
                "HTTPRoute | shop  | {name: edge, namespace: infra, port: 8080}          | a.open.io   |"
                        + " NoMatchingParent",
                "HTTPRoute | shop  | {name: edge, namespace: infra, kind: Mesh}          | a.open.io   |"
                        + " NoMatchingParent",
                "HTTPRoute | shop  | {name: edge, namespace: infra, sectionName: own}    | a.open.io   |"
                        + " NotAllowedByListeners",
                "HTTPRoute | infra | {name: edge, namespace: infra, sectionName: own}    | a.open.io   | Accepted",
                "HTTPRoute | shop  | {name: edge, namespace: infra, port: 82}            | a.open.io   | Accepted",
                "HTTPRoute | other | {name: edge, namespace: infra, port: 82}            | a.open.io   |"
                        + " NotAllowedByListeners",
                "HTTPRoute | shop  | {name: edge, namespace: infra, sectionName: grpc}   | a.open.io   |"
                        + " NotAllowedByListeners",
                "GRPCRoute | shop  | {name: edge, namespace: infra, sectionName: grpc}   | a.open.io   | Accepted",
                "HTTPRoute | other | {name: edge, namespace: infra}                      | open.io     |"
                        + " NoMatchingListenerHostname",
                "HTTPRoute | other | {name: edge, namespace: infra}                      | '*.io'      | Accepted",
                "HTTPRoute | other | {name: edge, namespace: infra}                      | '*.b.open.io' | Accepted",
                "HTTPRoute | other | {name: edge, namespace: infra}                      | a.closed.io |"
                        + " NoMatchingListenerHostname",
                "HTTPRoute | shop  | {name: web, kind: Service, group: ''}               | a.open.io   | Accepted",
                "HTTPRoute | shop  | {name: web, kind: Service, group: '', port: 81}     | a.open.io   |"
                        + " NoMatchingParent",
                "HTTPRoute | shop  | {name: web, kind: Service, group: '', sectionName: http} | a.open.io | Accepted",
                "HTTPRoute | shop  | {name: none, kind: Service, group: ''}              | a.open.io   |"
                        + " NoMatchingParent",
                "HTTPRoute | shop  | {name: pay, kind: ServiceEntry, group: networking.istio.io} | a.open.io |"
                        + " Accepted",
                "TLSRoute  | shop  | {name: web, kind: Service, group: ''}               | a.open.io   | Accepted",
            },
            quoteCharacter = '`')
    void a_route_is_accepted_where_a_parent_takes_it(
            String kind, String namespace, String parent, String host, String expected) {
        var route = route(
                kind,
                namespace,
                "{parentRefs: [%s], hostnames: [%s], rules: [{backendRefs: [{name: web, port: 80}]}]}"
                        .formatted(parent, host));

        assertThat(reason(route, Condition.ACCEPTED)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{name: web, port: 80}                                                | ResolvedRefs",
                "{name: web, port: 81}                                                | BackendNotFound",
                "{name: none, port: 80}                                               | BackendNotFound",
                "{name: web, port: 80, namespace: other}                              | ResolvedRefs",
                "{name: api, port: 80, namespace: other}                              | RefNotPermitted",
                "{name: web, port: 80, kind: Bucket}                                  | InvalidKind",
                "{name: web, port: 80, group: example.com}                            | InvalidKind",
                "{name: pay.example.com, port: 443, kind: Hostname, group: networking.istio.io} | ResolvedRefs",
                "{name: pay.example.com, kind: Hostname, group: networking.istio.io}  | UnsupportedValue",
            },
            quoteCharacter = '`')
    void what_a_route_refers_to_is_there_and_permitted(String backend, String expected) {
        String parent = "parentRefs: [{name: edge, namespace: infra}]";
        var route = route("HTTPRoute", "shop", "{%s, rules: [{}, {backendRefs: [%s]}]}".formatted(parent, backend));
        var mirroring = route(
                "HTTPRoute",
                "shop",
                "{%s, rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: %s}}]}]}"
                        .formatted(parent, backend));

        assertThat(reason(route, Condition.RESOLVED_REFS)).isEqualTo(expected);
        assertThat(reason(mirroring, Condition.RESOLVED_REFS)).isEqualTo(expected);
    }

    @Test
    void a_route_of_the_mesh_needs_no_grant() {
        var route = route("HTTPRoute", "shop", """
            {parentRefs: [{name: web, kind: Service, group: ""}], rules: [{backendRefs: [{name: api, port: 80, namespace: other}]}]}
            """);

        assertThat(reason(route, Condition.RESOLVED_REFS)).isEqualTo("ResolvedRefs");
    }

    @Test
    void filters_that_the_mesh_does_not_do_are_named() {
        String filtered = "{filters: [{type: ExtensionRef, extensionRef: {group: g, kind: K, name: n}}]}";
        String parent = "parentRefs: [{name: edge, namespace: infra}]";
        String ofBackend = "{backendRefs: [{name: web, port: 80, filters: [{type: CORS, cors: {}}]}]}";

        assertThat(reason(
                        route("HTTPRoute", "shop", "{%s, rules: [%s]}".formatted(parent, ofBackend)),
                        "PartiallyInvalid"))
                .contains("UnsupportedValue");
        assertThat(reason(route("HTTPRoute", "shop", "{%s, rules: [%s]}".formatted(parent, filtered)), "Accepted"))
                .isEqualTo("IncompatibleFilters");
        var partly = route("HTTPRoute", "shop", "{%s, rules: [{}, %s]}".formatted(parent, filtered));
        assertThat(reason(partly, "Accepted")).isEqualTo("Accepted");
        assertThat(RouteStatus.of(partly, new Surroundings(resources(MESH)))
                        .getFirst()
                        .conditions())
                .contains(new Condition(
                        "PartiallyInvalid",
                        true,
                        "UnsupportedValue",
                        "rules and backends with these filters answer 500: ExtensionRef"));
    }

    @Test
    void a_listener_says_whether_it_is_open_and_how_many_routes_it_has() {
        var known = new ArrayList<>(resources(MESH));
        known.add(route("HTTPRoute", "shop", "{parentRefs: [{name: edge, namespace: infra}], hostnames: [a.open.io]}"));
        known.add(route("GRPCRoute", "shop", "{parentRefs: [{name: edge, namespace: infra, sectionName: grpc}]}"));

        var listeners = GatewayStatus.of((KubernetesGateway) known.getFirst(), new Surroundings(known));

        assertThat(listeners.stream().map(one -> one.name() + " " + one.kinds() + " " + one.routes() + " " + noes(one)))
                .containsExactly(
                        "open [HTTPRoute, GRPCRoute] 1 NoConflicts",
                        "own [HTTPRoute, GRPCRoute] 0 NoConflicts",
                        "some [HTTPRoute, GRPCRoute] 1 NoConflicts",
                        "grpc [GRPCRoute] 1 NoConflicts InvalidRouteKinds",
                        "tls [HTTPRoute, GRPCRoute] 0 UnsupportedProtocol NoConflicts RefNotPermitted Invalid",
                        "clash [HTTPRoute, GRPCRoute] 0 ProtocolConflict Invalid");
    }

    private static String noes(ListenerStatus listener) {
        return listener.conditions().stream()
                .filter(one -> !one.holds())
                .map(Condition::reason)
                .collect(Collectors.joining(" "));
    }
}
