package dev.meltemi.routing;

import static dev.meltemi.routing.Given.DOMAIN;
import static dev.meltemi.routing.Given.endpoint;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.match;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.route;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.string;
import static dev.meltemi.routing.Given.to;
import static dev.meltemi.routing.Given.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.Redirect;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EdgesTest {
    private static final Revision REVISION = new Revision("topic", 7, 3);
    private static final Compiled MESH = with(
            mesh(
                    service("reviews", 9080)
                            .setHttp(List.of(rules(
                                            "reviews",
                                            route(match().setUri(string(StringMatchKind.EXACT, "/old"))
                                                            .build())
                                                    .setName("moved")
                                                    .setRedirect(Redirect.newBuilder()
                                                            .setUri("/new")
                                                            .build())
                                                    .build(),
                                            to("ratings"))
                                    .build())),
                    service("ratings", 9080)),
            endpoint("ratings", "v1", "127.0.1.1"),
            endpoint("reviews", "v1", "127.0.1.2"));

    private final Clusters clusters = new Clusters();
    private final Workload self =
            new Workload("reviews-v1", "reviews-v1", "default", Map.of("app", "reviews"), "sa", "Kubernetes", false);
    private final RouteTable table = RouteTable.of(self, REVISION, MESH, clusters, null);

    private Decision.Forward forward() {
        return (Decision.Forward) table.decide(get("reviews", "/"), random(1));
    }

    @Test
    void an_edge_tells_who_calls_whom_by_which_rule_route_and_endpoint() {
        Endpoint endpoint = forward().cluster().endpoints().getFirst();

        Edge edge = table.edge(forward(), endpoint);

        assertThat(edge.reporter()).isEqualTo(Edge.Reporter.source);
        assertThat(edge.source()).isEqualTo(self.telemetryLabels());
        assertThat(edge.destination().workload()).isEqualTo("ratings-v1");
        assertThat(edge.service()).isEqualTo(new Edge.Service("ratings" + DOMAIN, "ratings", "default"));
        assertThat(edge.way())
                .isEqualTo(new Edge.Way(
                        "VirtualService/default/reviews",
                        "default",
                        "outbound|9080||ratings" + DOMAIN,
                        "127.0.1.1:9080",
                        "http",
                        "none"));
        assertThat(edge.revision()).isEqualTo(REVISION);
    }

    @Test
    void the_same_forward_and_endpoint_have_the_same_edge() {
        Endpoint endpoint = forward().cluster().endpoints().getFirst();

        assertThat(table.edge(forward(), endpoint)).isSameAs(table.edge(forward(), endpoint));
        assertThat(table.edge(forward(), null))
                .isSameAs(table.edge(forward(), null))
                .isNotSameAs(table.edge(forward(), endpoint));
    }

    @Test
    void mutual_tls_makes_an_edge_of_its_own_with_both_principals() {
        Endpoint endpoint = forward().cluster().endpoints().getFirst();
        var proven = new Principals("spiffe://td/ns/default/sa/reviews", "spiffe://td/ns/default/sa/ratings");

        Edge edge = table.edge(forward(), endpoint, proven);

        assertThat(edge.way().connectionSecurityPolicy()).isEqualTo("mutual_tls");
        assertThat(edge.source().principal()).isEqualTo(proven.source());
        assertThat(edge.destination().principal()).isEqualTo(proven.destination());
        assertThat(edge.destination().workload()).isEqualTo("ratings-v1");
        assertThat(table.edge(forward(), endpoint, proven)).isSameAs(edge);
        assertThat(table.edge(forward(), endpoint)).isNotSameAs(edge);
    }

    @Test
    void a_proven_caller_is_who_it_says_whatever_its_address() {
        var caller = WorkloadLabels.of("ratings-v1", "default", Map.of("app", "ratings"), "Kubernetes");
        var proven = new Principals("spiffe://td/ns/default/sa/ratings", "spiffe://td/ns/default/sa/reviews");

        Edge edge = table.inboundEdge(caller, proven, 9080, "127.0.0.1:9080");

        assertThat(edge.reporter()).isEqualTo(Edge.Reporter.destination);
        assertThat(edge.source()).isEqualTo(caller.withPrincipal(proven.source()));
        assertThat(edge.destination().principal()).isEqualTo(proven.destination());
        assertThat(edge.way().connectionSecurityPolicy()).isEqualTo("mutual_tls");
        assertThat(table.inboundEdge(caller, proven, 9080, "127.0.0.1:9080")).isSameAs(edge);
    }

    @Test
    void an_endpoint_whose_labels_changed_has_another_edge() {
        Endpoint endpoint = forward().cluster().endpoints().getFirst();
        Edge before = table.edge(forward(), endpoint);

        clusters.update(Map.of(
                "ratings" + DOMAIN + "/ratings-v1",
                Optional.of(endpoint("ratings", "v1", "127.0.1.1")
                        .setLabels(Map.of("app", "ratings", "version", "v9"))
                        .build())));

        assertThat(table.edge(forward(), endpoint)).isNotSameAs(before);
        assertThat(table.edge(forward(), endpoint).destination().version()).isEqualTo("v9");
    }

    @Test
    void an_edge_of_a_redirect_names_rule_and_service() {
        Decision first = table.decide(get("reviews", "/old?1"), random(1));
        Decision second = table.decide(get("reviews", "/old?2"), random(1));

        Edge edge = table.edge(first, null);

        assertThat(edge).isSameAs(table.edge(second, null));
        assertThat(edge.way().routeName()).isEqualTo("moved");
        assertThat(edge.service().name()).isEqualTo("reviews");
    }

    @Test
    void a_request_without_a_route_has_an_edge_to_nobody() {
        Edge edge = table.edge(new Decision.Refuse(new ProxyFailure.NoRoute()), null);

        assertThat(edge.destination()).isEqualTo(WorkloadLabels.NOBODY);
        assertThat(edge.service()).isEqualTo(Edge.Service.UNKNOWN);
        assertThat(edge.source()).isEqualTo(self.telemetryLabels());
    }

    @Test
    void an_inbound_edge_names_the_caller_by_its_address_and_the_service_by_the_port() {
        Edge edge = table.inboundEdge("127.0.1.1", 9080, "127.0.0.1:18080");

        assertThat(edge.reporter()).isEqualTo(Edge.Reporter.destination);
        assertThat(edge.source().workload()).isEqualTo("ratings-v1");
        assertThat(edge.destination()).isEqualTo(self.telemetryLabels());
        assertThat(edge.service().name()).isEqualTo("reviews");
        assertThat(edge.way().upstreamCluster()).isEqualTo("inbound|9080||");
        assertThat(edge).isSameAs(table.inboundEdge("127.0.1.1", 9080, "127.0.0.1:18080"));
    }

    @Test
    void a_port_that_no_service_names_is_passed_through() {
        assertThat(table.inbound(4711).cluster()).isEqualTo("InboundPassthroughCluster");
    }

    @Test
    void an_inbound_edge_is_made_anew_only_when_its_caller_becomes_somebody_else() {
        Edge before = table.inboundEdge("127.0.1.3", 9080, "");
        clusters.update(
                Map.of("x/y", Optional.of(endpoint("details", "v1", "127.0.1.9").build())));
        assertThat(table.inboundEdge("127.0.1.3", 9080, "")).isSameAs(before);

        clusters.update(
                Map.of("x/z", Optional.of(endpoint("details", "v1", "127.0.1.3").build())));
        assertThat(table.inboundEdge("127.0.1.3", 9080, "").source().workload()).isEqualTo("details-v1");
    }
}
