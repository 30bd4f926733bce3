package dev.meltemi.routing;

import static dev.meltemi.routing.Given.DOMAIN;
import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.host;
import static dev.meltemi.routing.Given.match;
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
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Resolution;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
    private static final Compiled MESH = mesh(
            service("reviews", 9080).setAddresses(List.of("10.0.0.7", "10.1.0.0/16")),
            service("multi", 8080, 8081),
            service("mixed").setPorts(List.of(port(8080, "HTTP"), port(9000, "TCP"))),
            service("private", 9080).setExportTo(List.of("default")),
            host("mysql-0.mysql.default.svc.cluster.local", 9080),
            host("plain", 80),
            host("*.foo.com", 80),
            host("*.bar.foo.com", 80));

    @ParameterizedTest(name = "{1} from {0}: {2}")
    @CsvFileSource(resources = "names.csv", numLinesToSkip = 1, delimiter = ';', maxCharsPerColumn = 200)
    void a_client_calls_a_service_by_any_of_its_names(String namespace, String called, String outcome) {
        Decision decision = table(client(namespace), MESH).decide(get(called, "/"), random(1));

        assertThat(outcome(decision)).isEqualTo(outcome);
    }

    private static final Compiled RULES = mesh(
            service("reviews", 9080),
            service("multi", 8080, 8081),
            host("shop.example.com")
                    .setDeclaredBy(Declaration.NONE)
                    .setHttp(List.of(rules("shop", to("reviews")).build())),
            host("mall.example.com")
                    .setDeclaredBy(Declaration.NONE)
                    .setHttp(List.of(rules("mall", to("multi"))
                            .setHosts(List.of("mall.example.com", "multi" + DOMAIN))
                            .build())),
            host("*.wild.example.com")
                    .setDeclaredBy(Declaration.NONE)
                    .setHttp(List.of(rules("wild", to("reviews"))
                            .setHosts(List.of("*.wild.example.com"))
                            .build())),
            service("ruled", 9080).setHttp(List.of(rules("ruled", to("reviews")).build())));

    @ParameterizedTest
    @CsvSource({
        "shop.example.com,      80,   outbound|9080||reviews.default.svc.cluster.local",
        "SHOP.Example.com.,     80,   outbound|9080||reviews.default.svc.cluster.local",
        "shop.example.com:4711, 80,   outbound|9080||reviews.default.svc.cluster.local",
        "shop.example.com,      4711, PassthroughCluster",
        "shop.example.com,      9080, PassthroughCluster",
        "a.wild.example.com,    80,   outbound|9080||reviews.default.svc.cluster.local",
        "wild.example.com,      80,   PassthroughCluster",
        "a.wild.example.com,    8080, PassthroughCluster",
        // beside a service, at that service's ports too
        "mall.example.com,      8081, outbound|8081||multi.default.svc.cluster.local",
        "mall.example.com,      80,   503 NC",
        "mall.example.com,      9080, PassthroughCluster",
        // a service that doesn't have port 80 is a name that only rules know there
        "ruled,                 9080, outbound|9080||reviews.default.svc.cluster.local",
        "ruled.default.svc.cluster.local, 80, outbound|9080||reviews.default.svc.cluster.local",
        "ruled,                 8080, PassthroughCluster",
        "reviews,               80,   PassthroughCluster",
    })
    void a_host_that_only_a_rule_knows_is_served_at_port_80_and_at_ports_of_services_named_beside_it(
            String host, int port, String outcome) {
        Decision decision = table(RULES).decide(get(host, "/").at(port), random(1));

        assertThat(outcome(decision)).isEqualTo(outcome);
    }

    @Test
    void a_rule_of_which_nothing_is_for_the_caller_owns_nothing() {
        var forOthers =
                to("ratings", match().setSourceLabels(Map.of("app", "other")).build());
        var table = table(mesh(
                service("ratings", 9080),
                service("reviews", 9080)
                        .setHttp(List.of(rules("others", forOthers).build())),
                service("details", 9080)
                        .setHttp(List.of(
                                rules("others", forOthers).build(),
                                rules("mine", to("reviews")).build()))));

        assertThat(outcome(table.decide(get("reviews", "/").at(9080), random(1))))
                .isEqualTo("outbound|9080||reviews.default.svc.cluster.local");
        assertThat(outcome(table.decide(get("details", "/").at(9080), random(1))))
                .isEqualTo("outbound|9080||reviews.default.svc.cluster.local");
    }

    @Test
    void a_rule_that_names_a_service_keeps_wildcard_rules_away_even_where_nothing_of_it_is_for_the_caller() {
        var forOthers =
                to("ratings", match().setSourceLabels(Map.of("app", "other")).build());
        var wild = rules("wild", to("ratings")).setHosts(List.of("*" + DOMAIN)).build();
        var narrow = rules("narrow", forOthers)
                .setHosts(List.of("*.default.svc.cluster.local"))
                .build();
        var table = table(mesh(
                service("ratings", 9080),
                service("reviews", 9080)
                        .setHttp(List.of(rules("reviews", forOthers).build(), wild)),
                service("details", 9080).setHttp(List.of(narrow, wild)),
                service("products", 9080).setHttp(List.of(wild))));

        assertThat(outcome(table.decide(get("reviews", "/").at(9080), random(1))))
                .isEqualTo("outbound|9080||reviews.default.svc.cluster.local");
        assertThat(outcome(table.decide(get("details", "/").at(9080), random(1))))
                .isEqualTo("outbound|9080||details.default.svc.cluster.local");
        assertThat(outcome(table.decide(get("products", "/").at(9080), random(1))))
                .isEqualTo("outbound|9080||ratings.default.svc.cluster.local");
    }

    @Test
    void at_a_port_that_a_named_host_does_not_have_the_wildcard_above_it_is_meant() {
        var table = table(mesh(host("a.foo.com", 8080), host("*.foo.com", 80), host("*.com", 81)));

        assertThat(outcome(table.decide(get("a.foo.com", "/").at(8080), random(1))))
                .isEqualTo("outbound|8080||a.foo.com");
        assertThat(outcome(table.decide(get("a.foo.com", "/").at(80), random(1))))
                .isEqualTo("outbound|80||*.foo.com");
        assertThat(outcome(table.decide(get("a.foo.com", "/").at(81), random(1))))
                .isEqualTo("outbound|81||*.com");
    }

    @Test
    void http_rules_leave_ports_alone_that_speak_something_else() {
        var table = table(mesh(
                service("ratings", 9080),
                service("db")
                        .setPorts(List.of(port(80, "HTTP"), port(5432, "TCP")))
                        .setHttp(List.of(rules("db", to("ratings")).build()))));

        assertThat(outcome(table.decide(get("db", "/").at(80), random(1))))
                .isEqualTo("outbound|9080||ratings.default.svc.cluster.local");
        assertThat(outcome(table.decide(get("db", "/").at(5432), random(1))))
                .isEqualTo("outbound|5432||db.default.svc.cluster.local");
    }

    @Test
    void an_unknown_host_is_reached_at_the_address_that_the_caller_named() {
        var forward = (Decision.Forward) table(MESH).decide(get("Api.Example.org:8443", "/"), random(1));

        Endpoint endpoint = forward.cluster().pick(random(1), List.of());

        assertThat(endpoint).hasToString("api.example.org:8443");
        assertThat(forward.cluster().service().name()).isEqualTo("PassthroughCluster");
    }

    @Test
    void a_service_without_resolution_is_reached_at_the_address_that_the_caller_named() {
        var table = table(mesh(host("*.wild.org", 80).setResolution(Resolution.PASSTHROUGH)));

        var forward = (Decision.Forward) table.decide(get("a.wild.org", "/"), random(1));

        assertThat(forward.cluster().name()).isEqualTo("outbound|80||*.wild.org");
        assertThat(forward.cluster().endpoints()).extracting(Endpoint::toString).containsExactly("a.wild.org:80");
    }

    @Test
    void a_service_that_is_resolved_by_name_and_lists_no_endpoint_is_its_own_name() {
        var table = table(mesh(host("api.partner.org", 80).setResolution(Resolution.DNS)));

        var forward = (Decision.Forward) table.decide(get("api.partner.org", "/"), random(1));

        assertThat(forward.cluster().endpoints())
                .singleElement()
                .satisfies(endpoint ->
                        assertThat(endpoint.address().isUnresolved()).isTrue());
    }

    @Test
    void an_intercepted_connection_counts_by_its_port_and_not_by_the_authority() {
        RouteTable table = table(MESH);

        assertThat(outcome(table.decide(get("multi", "/").at(8081), random(1))))
                .isEqualTo("outbound|8081||multi.default.svc.cluster.local");
        assertThat(outcome(table.decide(get("reviews", "/").at(1234), random(1))))
                .isEqualTo("PassthroughCluster");
    }
}
