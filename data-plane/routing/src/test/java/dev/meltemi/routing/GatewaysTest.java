package dev.meltemi.routing;

import static dev.meltemi.routing.Given.DOMAIN;
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

import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewaysTest {
    private static GatewayRoutes.Builder gateway(String name, GatewayServer... servers) {
        return GatewayRoutes.newBuilder()
                .setGateway("default/" + name)
                .setNamespace("default")
                .setConfigOffset(1)
                .setSelector(Map.of("istio", "ingressgateway"))
                .setServers(List.of(servers));
    }

    private static GatewayServer server(int port, GatewayHost... hosts) {
        return GatewayServer.newBuilder()
                .setPort(port)
                .setProtocol("HTTP")
                .setHosts(List.of(hosts))
                .build();
    }

    private static GatewayHost host(String host, HttpRules.Builder... rules) {
        return new GatewayHost(
                host, Arrays.stream(rules).map(HttpRules.Builder::build).toList(), List.of(), List.of());
    }

    private static String outcomeOf(Given.Request request, GatewayRoutes.Builder... gateways) {
        var compiled = Arrays.stream(gateways).map(GatewayRoutes.Builder::build).toArray(GatewayRoutes[]::new);
        RouteTable table = table(Given.gateway(), with(mesh(service("shop", 80), service("admin", 80)), compiled));
        return outcome(table.decide(request, random(1)));
    }

    private static String cluster(String service) {
        return "outbound|80||" + service + DOMAIN;
    }

    @Test
    void a_request_is_routed_by_port_and_host_whatever_port_the_host_names() {
        var gateway = gateway("web", server(8080, host("shop.example.com", rules("shop", to("shop")))));

        assertThat(outcomeOf(get("Shop.example.com", "/").at(8080), gateway)).isEqualTo(cluster("shop"));
        assertThat(outcomeOf(get("shop.example.com:9999", "/").at(8080), gateway))
                .isEqualTo(cluster("shop"));
        assertThat(outcomeOf(get("shop.example.com", "/").at(80), gateway)).isEqualTo("404 NR");
        assertThat(outcomeOf(get("other.example.com", "/").at(8080), gateway)).isEqualTo("404 NR");
    }

    @Test
    void the_most_specific_host_is_meant() {
        var gateway = gateway(
                "web",
                server(80, host("*", rules("all", to("shop"))), host("*.example.com", rules("wild", to("admin")))));

        assertThat(outcomeOf(get("a.example.com", "/").at(80), gateway)).isEqualTo(cluster("admin"));
        assertThat(outcomeOf(get("127.0.0.1:15001", "/").at(80), gateway)).isEqualTo(cluster("shop"));
    }

    @Test
    void rules_of_several_virtual_services_are_merged_with_those_that_match_everything_at_the_end() {
        var admin = match().setUri(string(StringMatchKind.PREFIX, "/admin"));
        var gateway = gateway(
                "web", server(80, host("*", rules("all", to("shop")), rules("admin", to("admin", admin.build())))));

        assertThat(outcomeOf(get("x", "/admin/1").at(80), gateway)).isEqualTo(cluster("admin"));
        assertThat(outcomeOf(get("x", "/").at(80), gateway)).isEqualTo(cluster("shop"));
    }

    @Test
    void gateways_on_one_port_serve_the_hosts_of_both() {
        var one = gateway("one", server(80, host("one.org", rules("one", to("shop")))));
        var two = gateway("two", server(80, host("two.org", rules("two", to("admin")))));

        assertThat(outcomeOf(get("one.org", "/").at(80), one, two)).isEqualTo(cluster("shop"));
        assertThat(outcomeOf(get("two.org", "/").at(80), one, two)).isEqualTo(cluster("admin"));
    }

    @Test
    void a_gateway_that_selects_other_workloads_is_not_served() {
        var other = gateway("other", server(80, host("*", rules("all", to("shop")))))
                .setSelector(Map.of("istio", "egressgateway"))
                .build();

        RouteTable table = table(Given.gateway(), with(mesh(service("shop", 80)), other));

        assertThat(table.listeners()).isEmpty();
    }

    @Test
    void a_listener_is_opened_once_for_each_server_address() {
        var one = gateway("one", server(80), server(8080)).build();
        var two = gateway("two", server(80)).build();

        RouteTable table = table(Given.gateway(), with(mesh(), one, two));

        assertThat(table.listeners())
                .containsExactly(new RouteTable.Listener("", 80, "HTTP"), new RouteTable.Listener("", 8080, "HTTP"));
    }

    @Test
    void a_match_for_another_gateway_does_not_count() {
        var elsewhere = match().setGateways(List.of("default/other")).build();
        var here = match().setGateways(List.of("default/web")).build();
        var gateway = gateway("web", server(80, host("*", rules("all", to("admin", elsewhere), to("shop", here)))));

        assertThat(outcomeOf(get("x", "/").at(80), gateway)).isEqualTo(cluster("shop"));
    }

    @Test
    void a_rule_that_is_not_exported_to_the_gateway_does_not_count() {
        var hidden = rules("all", to("shop")).setExportTo(List.of("prod"));

        assertThat(outcomeOf(get("x", "/").at(80), gateway("web", server(80, host("*", hidden)))))
                .isEqualTo("404 NR");
    }
}
