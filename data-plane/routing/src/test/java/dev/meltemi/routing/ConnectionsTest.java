package dev.meltemi.routing;

import static dev.meltemi.routing.Given.DOMAIN;
import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.destination;
import static dev.meltemi.routing.Given.host;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.outcome;
import static dev.meltemi.routing.Given.port;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.table;
import static dev.meltemi.routing.Given.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.compiled.ConnectionMatch;
import dev.meltemi.schemas.compiled.ConnectionRoute;
import dev.meltemi.schemas.compiled.ConnectionRules;
import dev.meltemi.schemas.compiled.OutboundTraffic;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.WeightedDestination;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private static final String VIP = "10.9.0.1";

    static ConnectionRules.Builder connections(String name, ConnectionRoute... routes) {
        return ConnectionRules.newBuilder()
                .setRule("default/" + name)
                .setNamespace("default")
                .setConfigOffset(1)
                .setRoutes(List.of(routes));
    }

    static ConnectionRoute via(String service, ConnectionMatch.Builder... matches) {
        return split(List.of(destination(service, "", 1)), matches);
    }

    static ConnectionRoute split(List<WeightedDestination> destinations, ConnectionMatch.Builder... matches) {
        return new ConnectionRoute(
                Arrays.stream(matches).map(ConnectionMatch.Builder::build).toList(), destinations);
    }

    static ConnectionMatch.Builder when() {
        return ConnectionMatch.newBuilder();
    }

    static ConnectionMatch.Builder sni(String... hosts) {
        return when().setSniHosts(List.of(hosts));
    }

    /// `db` speaks TCP at 5432 and TLS at 443, `safe` and `plain` stand beside it.
    private static ServiceRoutes.Builder db() {
        return service("db")
                .setAddresses(List.of(VIP))
                .setPorts(List.of(port(5432, "TCP"), port(443, "TLS"), port(8080, ""), port(80, "HTTP")));
    }

    private static String outcomeOf(ServiceRoutes.Builder db, Workload caller, ConnectionHead head) {
        return said(table(caller, mesh(db, service("safe", 443), service("plain", 5432)))
                .connect(head, random(1)));
    }

    private static String outcomeOf(ServiceRoutes.Builder db, ConnectionHead head) {
        return outcomeOf(db, client("default"), head);
    }

    /// In a word: a cluster, `passthrough`, `closed` with what failed, or `http`.
    static String said(ConnectionDecision decision) {
        return switch (decision) {
            case ConnectionDecision.Forward(var _, var cluster, var terminated) ->
                (terminated == null ? "" : terminated.mode() + " ") + cluster.name();
            case ConnectionDecision.Requests(var terminated) ->
                terminated == null ? "http" : terminated.mode() + " http";
            case ConnectionDecision.Passthrough(var cluster) ->
                "passthrough " + cluster.endpoints().getFirst();
            case ConnectionDecision.Close(var _, var failure, var _) ->
                "closed " + FailureWords.of(failure).flag();
        };
    }

    private static ConnectionHead tcp(String address, int port) {
        return new ConnectionHead(null, address, port, false);
    }

    static ConnectionHead tls(@Nullable String sni, int port) {
        return new ConnectionHead(sni, VIP, port, true);
    }

    private static String cluster(int port, String service) {
        return "outbound|" + port + "||" + service + DOMAIN;
    }

    @Test
    void a_connection_goes_to_the_service_whose_address_or_name_was_asked_for() {
        assertThat(outcomeOf(db(), tcp(VIP, 5432))).isEqualTo(cluster(5432, "db"));
        assertThat(outcomeOf(db(), tcp("db", 5432))).isEqualTo(cluster(5432, "db"));
        assertThat(outcomeOf(db(), tls("whatever.org", 443))).isEqualTo(cluster(443, "db"));
        assertThat(outcomeOf(db(), tcp(VIP, 80))).isEqualTo("http");
        assertThat(outcomeOf(db(), tcp(VIP, 8080)))
                .as("what turned out not to be HTTP")
                .isEqualTo(cluster(8080, "db"));
    }

    @Test
    void tcp_rules_are_for_ports_that_are_neither_http_nor_tls() {
        var ruled = db().setTcp(List.of(connections("r", via("plain")).build()));

        assertThat(outcomeOf(ruled, tcp(VIP, 5432))).isEqualTo(cluster(5432, "plain"));
        assertThat(outcomeOf(ruled, tls("x.org", 443))).isEqualTo(cluster(443, "db"));
        assertThat(outcomeOf(ruled, tcp(VIP, 80))).isEqualTo("http");
        assertThat(outcomeOf(ruled, tls("x.org", 8080))).isEqualTo(cluster(5432, "plain"));
    }

    @Test
    void tls_rules_are_for_ports_that_stay_encrypted_and_close_what_none_of_them_names() {
        var ruled = db().setTls(List.of(
                connections("r", via("safe", sni("*.shop.org", "*.x.org")), via("db", sni("a.org")))
                        .build()));

        assertThat(outcomeOf(ruled, tls("A.shop.org", 443))).isEqualTo(cluster(443, "safe"));
        assertThat(outcomeOf(ruled, tls("a.org", 443))).isEqualTo(cluster(443, "db"));
        assertThat(outcomeOf(ruled, tls("shop.org", 443))).isEqualTo("closed NR");
        assertThat(outcomeOf(ruled, tls(null, 443))).isEqualTo("closed NR");
        assertThat(outcomeOf(ruled, tcp(VIP, 5432))).isEqualTo(cluster(5432, "db"));
    }

    @Test
    void tls_rules_of_which_none_concerns_the_caller_leave_it_to_the_service() {
        var ruled = db().setTls(List.of(connections(
                        "r", via("safe", sni("a.org").setSourceLabels(Map.of("app", "other"))))
                .build()));

        assertThat(outcomeOf(ruled, tls("a.org", 443))).isEqualTo(cluster(443, "db"));
    }

    @Test
    void requests_at_a_port_that_does_not_speak_http_go_to_the_service_whatever_rules_say() {
        var ruled = db().setHttp(List.of(rules("r", to("safe")).build()));
        RouteTable table = table(mesh(ruled, service("safe", 443)));

        var atTcp = table.decide(Given.get("db:5432", "/"), random(1));
        var sniffed = table.decide(Given.get("db:8080", "/"), random(1));

        assertThat(outcome(atTcp)).isEqualTo(cluster(5432, "db"));
        assertThat(outcome(sniffed)).isEqualTo(cluster(443, "safe"));
    }

    @Test
    void the_first_rule_whose_conditions_all_hold_decides() {
        var ruled = db().setTcp(List.of(connections(
                        "r",
                        via("safe", when().setPort(1)),
                        via("safe", when().setSourceNamespace("prod")),
                        via("safe", when().setGateways(List.of("default/gate"))),
                        via("safe", when().setGateways(List.of("mesh")).setSourceLabels(Map.of("app", "other"))),
                        via("safe", when().setDestinationSubnets(List.of("10.8.0.0/16", "::/0"))),
                        via(
                                "plain",
                                when().setPort(1),
                                when().setPort(5432)
                                        .setSourceNamespace("default")
                                        .setSourceLabels(Map.of("app", "client"))
                                        .setGateways(List.of("mesh"))
                                        .setDestinationSubnets(List.of("10.9.0.0/31"))),
                        via("db"))
                .build()));

        assertThat(outcomeOf(ruled, tcp(VIP, 5432))).isEqualTo(cluster(5432, "plain"));
        assertThat(outcomeOf(ruled, client("prod"), tcp(VIP, 5432))).isEqualTo(cluster(443, "safe"));
        assertThat(outcomeOf(ruled, client("default", Map.of("app", "other")), tcp(VIP, 5432)))
                .isEqualTo(cluster(443, "safe"));
        assertThat(outcomeOf(ruled, client("default", Map.of()), tcp(VIP, 5432)))
                .isEqualTo(cluster(5432, "db"));
    }

    @Test
    void rules_of_all_virtual_services_that_a_workload_sees_follow_one_another() {
        var hidden = connections("hidden", via("safe")).setExportTo(List.of("prod"));
        var elsewhere = connections("gate", via("safe")).setGateways(List.of("default/gate"));
        var first = connections("first", via("safe", when().setPort(1)));
        var second = connections("second", via("plain"));
        var ruled = db().setTcp(List.of(hidden.build(), elsewhere.build(), first.build(), second.build()));

        assertThat(outcomeOf(ruled, tcp(VIP, 5432))).isEqualTo(cluster(5432, "plain"));
    }

    @Test
    void the_destination_is_drawn_for_each_connection_by_weight() {
        var ruled = db().setTcp(List.of(connections(
                        "r", split(List.of(destination("plain", "", 3), destination("db", "", 1))))
                .build()));
        RouteTable table = table(mesh(ruled, service("plain", 5432)));
        var random = random(7);

        var drawn = new ArrayList<String>();
        for (int i = 0; i < 4000; i++) {
            drawn.add(said(table.connect(tcp(VIP, 5432), random)));
        }

        assertThat(drawn.stream().filter(cluster(5432, "plain")::equals).count())
                .isBetween(2900L, 3100L);
        assertThat(drawn).containsOnly(cluster(5432, "plain"), cluster(5432, "db"));
    }

    @Test
    void a_destination_that_does_not_exist_closes_the_connection() {
        var ruled = db().setTcp(List.of(connections("r", via("nobody")).build()));

        assertThat(outcomeOf(ruled, tcp(VIP, 5432))).isEqualTo("closed NC");
    }

    @Test
    void what_nobody_declared_is_passed_through_or_closed_as_the_policy_says() {
        var all = mesh(db());
        var mesh = Settings.newBuilder()
                .setRule("MeshConfig/istio-system/default")
                .setConfigOffset(1)
                .setOutboundTraffic(OutboundTraffic.REGISTRY_ONLY)
                .build();
        var registered = table(new Compiled(
                all.routes(), all.gateways(), all.endpoints(), all.access(), Map.of(mesh.getRule(), mesh)));
        var head = tcp("10.77.0.1", 6379);

        assertThat(said(table(all).connect(head, random(1)))).isEqualTo("passthrough 10.77.0.1:6379");
        assertThat(said(registered.connect(head, random(1)))).isEqualTo("closed UH");
        assertThat(said(table(all).connect(tcp(VIP, 6379), random(1))))
                .as("a port that the service doesn't have")
                .isEqualTo("passthrough 10.9.0.1:6379");
    }

    @Test
    void an_address_in_a_range_belongs_to_the_service_that_claims_the_narrowest() {
        var wide = host("wide.org").setAddresses(List.of("10.0.0.0/8")).setPorts(List.of(port(6379, "REDIS")));
        var narrow = host("narrow.org").setAddresses(List.of("10.1.0.0/16")).setPorts(List.of(port(6379, "TCP")));
        RouteTable table = table(mesh(wide, narrow));

        assertThat(said(table.connect(tcp("10.1.2.3", 6379), random(1)))).isEqualTo("outbound|6379||narrow.org");
        assertThat(said(table.connect(tcp("10.2.2.3", 6379), random(1)))).isEqualTo("outbound|6379||wide.org");
        assertThat(said(table.connect(tcp("11.2.2.3", 6379), random(1)))).isEqualTo("passthrough 11.2.2.3:6379");
    }

    @Test
    void an_address_of_nobody_is_known_by_the_server_name_of_a_service_that_speaks_tls_at_that_port() {
        var api = host("api.org").setPorts(List.of(port(443, "HTTPS"), port(80, "HTTP")));
        var wild = host("*.wild.org").setPorts(List.of(port(443, "TLS")));
        RouteTable table = table(mesh(api, wild));

        assertThat(said(table.connect(new ConnectionHead("api.org", "8.8.8.8", 443, true), random(1))))
                .isEqualTo("outbound|443||api.org");
        assertThat(said(table.connect(new ConnectionHead("a.wild.org", null, 443, true), random(1))))
                .isEqualTo("outbound|443||*.wild.org");
        assertThat(said(table.connect(new ConnectionHead("api.org", "8.8.8.8", 80, true), random(1))))
                .isEqualTo("passthrough 8.8.8.8:80");
        assertThat(said(table.connect(new ConnectionHead(null, null, 443, true), random(1))))
                .isEqualTo("closed NR");
    }
}
