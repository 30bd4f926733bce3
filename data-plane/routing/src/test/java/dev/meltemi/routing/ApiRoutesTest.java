package dev.meltemi.routing;

import static dev.meltemi.routing.Given.DOMAIN;
import static dev.meltemi.routing.Given.destination;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.match;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.outcome;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.string;
import static dev.meltemi.routing.Given.table;
import static dev.meltemi.routing.Given.to;
import static dev.meltemi.routing.Given.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.GatewayApi;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.StringMatchKind;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Routes of the Gateway API where they differ from VirtualServices.
class ApiRoutesTest {
    private static final Compiled SERVICES = mesh(service("reviews", 80), service("ratings", 80));

    private static HttpRules route(String name, long created, HttpRoute... routes) {
        return rules(name, routes).setKind("HTTPRoute").setCreated(created).build();
    }

    private static HttpMatch prefix(String path) {
        return match().setUri(string(StringMatchKind.PATH_PREFIX, path)).build();
    }

    private static Compiled attached(HttpRules... routes) {
        var reviews = service("reviews", 80, 81).setHttp(List.of(routes));
        return mesh(reviews, service("ratings", 80));
    }

    private static WeightedDestination.Builder backend(String name, int weight) {
        return WeightedDestination.newBuilder(destination(name, "", weight)).setMissingStatus(500);
    }

    @Test
    void a_share_that_is_refused_is_answered_with_its_status_and_keeps_its_weight() {
        var split = Given.route(prefix("/"))
                .setDestinations(List.of(
                        backend("ratings", 3).build(),
                        backend("ratings", 1).setRefused(true).build()))
                .build();
        var table = table(attached(route("split", 1, split)));
        var random = random(1);

        var drawn = new TreeMap<String, Integer>();
        for (int i = 0; i < 4_000; i++) {
            drawn.merge(outcome(table.decide(get("reviews", "/"), random)), 1, Integer::sum);
        }

        assertThat(drawn).containsOnlyKeys("outbound|80||ratings" + DOMAIN, "500 NC");
        assertThat(drawn.get("500 NC")).isBetween(900, 1_100);
    }

    @ParameterizedTest
    @CsvSource({"reviews:80, /a, 500 NC", "reviews:81, /a, outbound|81||reviews" + DOMAIN, "reviews:80, /b, 404 NR"})
    void a_route_for_some_ports_leaves_the_others_alone(String authority, String path, String expected) {
        var missing = Given.route(prefix("/a"))
                .setDestinations(List.of(backend("nobody", 1).build()));
        var rules = HttpRules.newBuilder(route("ports", 1, missing.build())).setPorts(List.of(80));

        assertThat(outcome(table(attached(rules.build())).decide(get(authority, path), random(1))))
                .isEqualTo(expected);
    }

    @Test
    void a_virtual_service_that_the_caller_sees_owns_the_host() {
        var rules = rules(
                "owner",
                to(
                        "ratings",
                        match().setUri(string(StringMatchKind.EXACT, "/v")).build()));
        var table = table(attached(rules.build(), route("late", 1, to("ratings", prefix("/")))));

        assertThat(outcome(table.decide(get("reviews", "/other"), random(1)))).isEqualTo("404 NR");
    }

    @Test
    void tables_name_the_kind_of_the_rule_that_serves() {
        var mesh = attached(route("named", 7, to("ratings", prefix("/a"))));

        var rows = table(mesh).view(mesh).routes();

        assertThat(rows)
                .filteredOn(row -> row.match().equals("/a/*"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.source()).isEqualTo("HTTPRoute/default/named@1"));
        assertThat(table(mesh).decide(get("reviews", "/a"), random(1)))
                .isInstanceOfSatisfying(
                        Decision.Forward.class,
                        forward -> assertThat(forward.route().rule()).isEqualTo("HTTPRoute/default/named"));
    }

    @ParameterizedTest
    @CsvSource({"default, outbound|80||reviews" + DOMAIN, "elsewhere, 404 NR"})
    void a_gateway_of_the_gateway_api_is_served_in_its_own_namespace_only(String namespace, String expected) {
        var labels = Map.of("gateway.networking.k8s.io/gateway-name", "door");
        var server = GatewayServer.newBuilder()
                .setPort(80)
                .setProtocol("HTTP")
                .setNamedHosts(List.of("*"))
                .setHosts(List.of(new GatewayHost(
                        "*", List.of(route("in", 1, to("reviews", prefix("/")))), List.of(), List.of())))
                .build();
        var gateway = GatewayRoutes.newBuilder()
                .setGateway("default/door")
                .setNamespace("default")
                .setConfigOffset(1)
                .setSelector(labels)
                .setServers(List.of(server))
                .setApi(GatewayApi.KUBERNETES)
                .build();
        var self = new Workload("gateway-1", "gateway", namespace, labels, "gateway", "", true);

        assertThat(outcome(table(self, with(SERVICES, gateway))
                        .decide(get("any", "/").at(80), random(1))))
                .isEqualTo(expected);
    }
}
