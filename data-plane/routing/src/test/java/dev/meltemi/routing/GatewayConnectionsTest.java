package dev.meltemi.routing;

import static dev.meltemi.routing.ConnectionsTest.connections;
import static dev.meltemi.routing.ConnectionsTest.said;
import static dev.meltemi.routing.ConnectionsTest.sni;
import static dev.meltemi.routing.ConnectionsTest.via;
import static dev.meltemi.routing.ConnectionsTest.when;
import static dev.meltemi.routing.Given.DOMAIN;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.outcome;
import static dev.meltemi.routing.Given.policy;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.subset;
import static dev.meltemi.routing.Given.table;
import static dev.meltemi.routing.Given.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.GatewayHost;
import dev.meltemi.schemas.compiled.GatewayRoutes;
import dev.meltemi.schemas.compiled.GatewayServer;
import dev.meltemi.schemas.compiled.HttpRules;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GatewayConnectionsTest {
    private long created;

    private GatewayRoutes gateway(String name, GatewayServer.Builder... servers) {
        created++;
        return GatewayRoutes.newBuilder()
                .setGateway("default/" + name)
                .setNamespace("default")
                .setConfigOffset(100 - created)
                .setCreated(created)
                .setSelector(Map.of("istio", "ingressgateway"))
                .setServers(
                        Arrays.stream(servers).map(GatewayServer.Builder::build).toList())
                .build();
    }

    private static GatewayServer.Builder server(int port, String protocol, String mode, String... named) {
        return GatewayServer.newBuilder()
                .setPort(port)
                .setPortName("p" + port)
                .setProtocol(protocol)
                .setTlsMode(mode)
                .setNamedHosts(List.of(named))
                .setHosts(List.of());
    }

    private static GatewayHost http(String host, HttpRules.Builder rules) {
        return new GatewayHost(host, List.of(rules.build()), List.of(), List.of());
    }

    private static GatewayHost tls(String host, ConnectionRules.Builder... rules) {
        return new GatewayHost(
                host,
                List.of(),
                Arrays.stream(rules)
                        .map(each -> each.setGateways(List.of("default/g")).build())
                        .toList(),
                List.of());
    }

    private static GatewayHost tcp(String host, ConnectionRules.Builder... rules) {
        return new GatewayHost(
                host,
                List.of(),
                List.of(),
                Arrays.stream(rules)
                        .map(each -> each.setGateways(List.of("default/g")).build())
                        .toList());
    }

    private static Compiled with(GatewayRoutes... gateways) {
        var one = service("one", 443)
                .setPolicies(List.of(policy("default", subset("v1")).build()));
        return Given.with(
                mesh(one, service("two", 443), Given.host("outside.org", 443).setExternal(true)), gateways);
    }

    private static RouteTable tableOf(GatewayRoutes... gateways) {
        return table(Given.gateway(), with(gateways));
    }

    private static String connect(RouteTable table, int port, @Nullable String sni) {
        return said(table.connect(new ConnectionHead(sni, null, port, sni != null), random(1)));
    }

    private static String cluster(String service) {
        return "outbound|443||" + service + DOMAIN;
    }

    @Test
    void tls_that_goes_on_is_routed_by_the_closest_host_and_then_by_the_first_rule() {
        var wide = tls("*.shop.org", connections("wide", via("two", sni("*.shop.org"))));
        var narrow = tls(
                "a.shop.org", connections("narrow", via("one", sni("a.shop.org").setPort(443))));
        var elsewhere = tls(
                "b.shop.org", connections("port", via("one", sni("b.shop.org").setPort(444))));
        RouteTable table = tableOf(gateway(
                "g", server(443, "TLS", "PASSTHROUGH", "*.shop.org").setHosts(List.of(wide, narrow, elsewhere))));

        assertThat(connect(table, 443, "A.Shop.org")).isEqualTo(cluster("one"));
        assertThat(connect(table, 443, "b.shop.org"))
                .as("a closer host's rule for another port")
                .isEqualTo(cluster("two"));
        assertThat(connect(table, 443, "shop.org")).isEqualTo("closed NR");
        assertThat(connect(table, 443, null)).as("plaintext").isEqualTo("closed NR");
        assertThat(connect(table, 444, "a.shop.org")).isEqualTo("closed NR");
    }

    @Test
    void conditions_on_callers_and_addresses_say_nothing_at_a_gateway() {
        var match = sni("a.org")
                .setSourceLabels(Map.of("app", "other"))
                .setSourceNamespace("other")
                .setDestinationSubnets(List.of("10.0.0.0/8"));
        RouteTable table = tableOf(gateway(
                "g",
                server(443, "HTTPS", "PASSTHROUGH", "a.org")
                        .setHosts(List.of(tls("a.org", connections("r", via("one", match)))))));

        assertThat(connect(table, 443, "a.org")).isEqualTo(cluster("one"));
    }

    @Test
    void a_client_without_server_name_is_meant_by_the_wildcard_of_everything_alone() {
        RouteTable table = tableOf(gateway(
                "g",
                server(443, "TLS", "PASSTHROUGH", "*")
                        .setHosts(List.of(tls("*", connections("r", via("one", sni("*"))))))));

        assertThat(said(table.connect(new ConnectionHead(null, null, 443, true), random(1))))
                .isEqualTo(cluster("one"));
    }

    @Test
    void plain_connections_are_routed_by_port_the_oldest_rule_first() {
        var older = connections("older", via("one", when().setPort(7000))).setCreated(1);
        var newer = connections("newer", via("two")).setCreated(2);
        var hidden = connections("hidden", via("two")).setExportTo(List.of("prod"));
        RouteTable table = tableOf(gateway(
                "g",
                server(7000, "TCP", "", "*").setHosts(List.of(tcp("a.org", newer, hidden), tcp("*", older))),
                server(7001, "MONGO", "", "*").setHosts(List.of(tcp("*", older, newer))),
                server(7002, "TCP", "", "*")));

        assertThat(connect(table, 7000, null)).isEqualTo(cluster("one"));
        assertThat(connect(table, 7000, "x.org"))
                .as("TLS inside says nothing here")
                .isEqualTo(cluster("one"));
        assertThat(connect(table, 7001, null)).isEqualTo(cluster("two"));
        assertThat(connect(table, 7002, null)).isEqualTo("closed NR");
    }

    @Test
    void where_tls_ends_requests_or_plain_connections_follow() {
        RouteTable table = tableOf(gateway(
                "g",
                server(443, "HTTPS", "SIMPLE", "default/a.org", "*.b.org")
                        .setHosts(List.of(http("a.org", rules("a", to("one"))))),
                server(443, "TLS", "ISTIO_MUTUAL", "c.org")
                        .setHosts(List.of(tcp("c.org", connections("c", via("two")))))));

        assertThat(connect(table, 443, "a.org")).isEqualTo("SIMPLE http");
        assertThat(connect(table, 443, "x.b.org")).isEqualTo("SIMPLE http");
        assertThat(connect(table, 443, "c.org")).isEqualTo("ISTIO_MUTUAL " + cluster("two"));
        assertThat(connect(table, 443, "d.org")).isEqualTo("closed NR");
        assertThat(outcome(table.decide(get("a.org", "/").at(443).scheme("https"), random(1))))
                .isEqualTo(cluster("one"));
        assertThat(outcome(table.decide(get("c.org", "/").at(443).scheme("https"), random(1))))
                .isEqualTo("404 NR");
        assertThat(table.listeners())
                .as("one port, however many servers")
                .containsExactly(new RouteTable.Listener("", 443, "HTTPS"));
    }

    @Test
    void auto_passthrough_leads_to_the_clusters_of_the_mesh_that_its_hosts_cover() {
        RouteTable table = tableOf(gateway("g", server(15443, "TLS", "AUTO_PASSTHROUGH", "*.local", "outside.org")));

        assertThat(connect(table, 15443, "outbound_.443_._.one" + DOMAIN)).isEqualTo(cluster("one"));
        assertThat(connect(table, 15443, "outbound_.443_.v1_.one" + DOMAIN)).isEqualTo("outbound|443|v1|one" + DOMAIN);
        assertThat(connect(table, 15443, "outbound_.80_._.one" + DOMAIN)).isEqualTo("closed NR");
        assertThat(connect(table, 15443, "outbound_.443_._.outside.org")).isEqualTo("closed NR");
        assertThat(connect(table, 15443, "one" + DOMAIN)).isEqualTo("closed NR");
    }

    @Test
    void a_server_that_contradicts_one_of_an_older_gateway_is_left_out() {
        var first = gateway("g", server(443, "HTTPS", "SIMPLE", "a.org", "b.org"), server(80, "HTTP", "", "*"));
        var second = gateway(
                "second",
                server(443, "HTTPS", "MUTUAL", "b.org", "c.org"),
                server(443, "HTTPS", "MUTUAL", "d.org"),
                server(443, "HTTPS", "MUTUAL", "b.org").setBind("10.0.0.1"),
                server(80, "TCP", "", "*"),
                server(80, "HTTPS", "SIMPLE", "e.org"),
                server(80, "GRPC", "", "*"));

        RouteTable table = tableOf(second, first);

        assertThat(connect(table, 443, "b.org")).isEqualTo("SIMPLE http");
        assertThat(connect(table, 443, "c.org"))
                .as("beside a name that is taken")
                .isEqualTo("closed NR");
        assertThat(connect(table, 443, "d.org")).isEqualTo("MUTUAL http");
        assertThat(connect(table, 80, "e.org")).isEqualTo("http");
        assertThat(connect(table, 80, null)).isEqualTo("http");
        assertThat(table.listeners())
                .containsExactlyInAnyOrder(
                        new RouteTable.Listener("", 443, "HTTPS"),
                        new RouteTable.Listener("10.0.0.1", 443, "HTTPS"),
                        new RouteTable.Listener("", 80, "HTTP"));
    }

    @Test
    void every_request_to_a_host_of_a_redirecting_server_goes_to_https() {
        var redirecting = server(80, "HTTP", "", "default/a.org", "*.b.org")
                .setHttpsRedirect(true)
                .setHosts(List.of(http("a.org", rules("a", to("one"))), http("x.b.org", rules("x", to("one")))));
        var other = server(80, "HTTP", "", "*").setHosts(List.of(http("*", rules("all", to("two")))));
        RouteTable table = tableOf(gateway("g", redirecting, other));

        assertThat(outcome(table.decide(get("a.org", "/p?q=1").method("POST").at(80), random(1))))
                .isEqualTo("301 -> https://a.org/p?q=1");
        assertThat(outcome(table.decide(get("x.b.org", "/").at(80), random(1)))).isEqualTo("301 -> https://x.b.org/");
        assertThat(outcome(table.decide(get("y.b.org:8080", "/").at(80), random(1))))
                .isEqualTo("301 -> https://y.b.org:8080/");
        assertThat(outcome(table.decide(get("b.org", "/").at(80), random(1)))).isEqualTo(cluster("two"));
        assertThat(outcome(table.decide(get("a.org", "/").at(80).scheme("https"), random(1))))
                .as("https already, behind a trusted proxy")
                .isEqualTo(cluster("one"));
    }

    @Test
    void a_host_of_which_nothing_is_said_at_a_port_is_left_to_a_wider_one() {
        var elsewhere = rules("a", to("one", Given.match().setPort(81).build()));
        RouteTable table = tableOf(gateway(
                "g",
                server(80, "HTTP", "", "*")
                        .setHosts(List.of(http("a.org", elsewhere), http("*", rules("all", to("two")))))));

        assertThat(outcome(table.decide(get("a.org", "/").at(80), random(1)))).isEqualTo(cluster("two"));
    }

    @Test
    void people_see_rules_and_servers_in_the_order_in_which_they_are_tried() {
        var all = with(gateway(
                "g",
                server(443, "TLS", "PASSTHROUGH", "a.org")
                        .setHosts(List.of(
                                tls("a.org", connections("r", via("one", sni("a.org")), via("two", sni("*.org")))))),
                server(8443, "HTTPS", "SIMPLE", "b.org"),
                server(7000, "TCP", "", "*").setHosts(List.of(tcp("*", connections("t", via("two")))))));

        var rows = table(Given.gateway(), all).view(all).routes();

        assertThat(rows.stream()
                        .map(row ->
                                row.virtualHost() + " " + row.match() + " " + row.destination() + " " + row.source()))
                .containsExactly(
                        "a.org:443 sni:a.org " + cluster("one") + " VirtualService/default/r@1",
                        "a.org:443 sni:*.org " + cluster("two") + " VirtualService/default/r@1",
                        "a.org:443 * closed: NoRoute[] ",
                        "*:7000 * " + cluster("two") + " VirtualService/default/t@1",
                        "*:7000 * closed: NoRoute[] ",
                        "b.org:8443 * requests after SIMPLE TLS Gateway/default/g@99",
                        "b.org:8443 * closed: NoRoute[] ");
    }
}
