package dev.meltemi.routing;

import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.get;
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
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.Declaration;
import dev.meltemi.schemas.compiled.Resolution;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class NamesTest {
    private static final Compiled MESH = mesh(
            service("reviews", 9080).setAddresses(List.of("10.0.0.7", "10.1.0.0/16")),
            service("multi", 8080, 8081),
            service("mixed").setPorts(List.of(port(8080, "HTTP"), port(9000, "TCP"))),
            service("private", 9080).setExportTo(List.of("default")),
            host("*.foo.com", 80),
            host("*.bar.foo.com", 80));

    @ParameterizedTest(name = "{1} from {0}: {2}")
    @CsvFileSource(resources = "names.csv", numLinesToSkip = 1, delimiter = ';', maxCharsPerColumn = 200)
    void a_client_calls_a_service_by_any_of_its_names(String namespace, String called, String outcome) {
        Decision decision = table(client(namespace), MESH).decide(get(called, "/"), random(1));

        assertThat(outcome(decision)).isEqualTo(outcome);
    }

    @Test
    void a_host_that_only_a_rule_knows_is_served_at_any_port() {
        Compiled mesh = mesh(
                service("reviews", 9080),
                host("shop.example.com")
                        .setDeclaredBy(Declaration.NONE)
                        .setHttp(List.of(rules("shop", to("reviews")).build())));

        RouteTable table = table(mesh);

        assertThat(outcome(table.decide(get("shop.example.com", "/"), random(1))))
                .isEqualTo("outbound|9080||reviews.default.svc.cluster.local");
        assertThat(outcome(table.decide(get("shop.example.com:4711", "/"), random(1))))
                .isEqualTo("outbound|9080||reviews.default.svc.cluster.local");
    }

    @Test
    void a_rule_without_a_port_keeps_the_port_that_was_called() {
        Compiled mesh = mesh(
                service("multi", 8080, 8081),
                host("shop.example.com")
                        .setDeclaredBy(Declaration.NONE)
                        .setHttp(List.of(rules("shop", to("multi")).build())));

        RouteTable table = table(mesh);

        assertThat(outcome(table.decide(get("shop.example.com:8081", "/"), random(1))))
                .isEqualTo("outbound|8081||multi.default.svc.cluster.local");
        assertThat(outcome(table.decide(get("shop.example.com", "/"), random(1))))
                .isEqualTo("503 NC");
    }

    @Test
    void an_unknown_host_is_reached_at_the_address_that_the_caller_named() {
        var forward = (Decision.Forward) table(MESH).decide(get("Api.Example.org:8443", "/"), random(1));

        Endpoint endpoint = forward.cluster().pick(random(1), List.of());

        assertThat(endpoint).hasToString("api.example.org:8443");
        assertThat(forward.cluster().service().name()).isEqualTo("PassthroughCluster");
    }

    @Test
    void an_unknown_host_is_refused_where_only_the_registry_counts() {
        RouteTable table = RouteTable.of(
                client("default"), OutboundPolicy.REGISTRY_ONLY, Revision.NONE, MESH, new Clusters(), null);

        assertThat(outcome(table.decide(get("api.example.org", "/"), random(1))))
                .isEqualTo("502 BlackHoleCluster");
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
