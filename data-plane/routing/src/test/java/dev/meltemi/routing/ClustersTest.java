package dev.meltemi.routing;

import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.endpoint;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClustersTest {
    private static final Compiled MESH = with(
            mesh(service("reviews", 9080)),
            endpoint("reviews", "v1", "127.0.1.1"),
            endpoint("reviews", "v2", "127.0.1.2"));

    private final Clusters clusters = new Clusters();
    private final RouteTable table = RouteTable.of(client("default"), Revision.NONE, MESH, clusters, null);

    private Cluster reviews() {
        return ((Decision.Forward) table.decide(get("reviews", "/"), random(1))).cluster();
    }

    private void update(ServiceEndpoint.Builder builder) {
        ServiceEndpoint endpoint = builder.build();
        clusters.update(Map.of(endpoint.getHost() + "/" + endpoint.getInstance(), Optional.of(endpoint)));
    }

    private static void assertAddresses(Cluster cluster, String... addresses) {
        assertThat(cluster.endpoints()).extracting(Endpoint::toString).containsExactly(addresses);
    }

    @Test
    void a_new_endpoint_is_used_at_once_without_a_new_table() {
        update(endpoint("reviews", "v3", "127.0.1.3"));

        assertAddresses(reviews(), "127.0.1.1:9080", "127.0.1.2:9080", "127.0.1.3:9080");
    }

    @Test
    void a_removed_endpoint_is_used_no_more() {
        clusters.update(Map.of("reviews.default.svc.cluster.local/reviews-v1", Optional.empty()));

        assertAddresses(reviews(), "127.0.1.2:9080");
        assertThat(table.peer("127.0.1.1")).isEqualTo(WorkloadLabels.NOBODY);
    }

    @Test
    void an_unhealthy_endpoint_is_left_out_as_long_as_another_is_healthy() {
        update(endpoint("reviews", "v1", "127.0.1.1").setHealthy(false));
        assertAddresses(reviews(), "127.0.1.2:9080");

        update(endpoint("reviews", "v2", "127.0.1.2").setHealthy(false));
        assertAddresses(reviews(), "127.0.1.1:9080", "127.0.1.2:9080");
    }

    @Test
    void an_endpoint_is_the_same_object_while_its_instance_and_address_stay() {
        Endpoint before = reviews().endpoints().getFirst();

        update(endpoint("reviews", "v1", "127.0.1.1").setWeight(3).setLabels(Map.of("app", "reviews")));

        assertThat(reviews().endpoints().getFirst()).isSameAs(before);
        assertThat(before.weight()).isEqualTo(3);
        assertThat(before.labels().version()).isEqualTo("unknown");
    }

    @Test
    void an_endpoint_that_moved_is_another_one() {
        Endpoint before = reviews().endpoints().getFirst();

        update(endpoint("reviews", "v1", "127.0.9.9"));

        assertAddresses(reviews(), "127.0.9.9:9080", "127.0.1.2:9080");
        assertThat(reviews().endpoints()).doesNotContain(before);
        assertThat(table.peer("127.0.1.1")).isEqualTo(WorkloadLabels.NOBODY);
        assertThat(table.peer("127.0.9.9").workload()).isEqualTo("reviews-v1");
    }

    @Test
    void a_cluster_survives_a_new_table_with_its_endpoints() {
        Cluster before = reviews();
        List<Endpoint> endpoints = before.endpoints();

        var next = RouteTable.of(client("default"), new Revision("t", 1, 1), MESH, clusters, null);

        var forward = (Decision.Forward) next.decide(get("reviews", "/"), random(1));
        assertThat(forward.cluster()).isSameAs(before);
        assertThat(forward.cluster().endpoints()).isEqualTo(endpoints);
    }

    @Test
    void a_cluster_to_which_no_route_leads_is_dropped() {
        RouteTable.of(client("default"), Revision.NONE, mesh(service("details", 9080)), clusters, table);

        assertThat(clusters.byName()).containsOnlyKeys("outbound|9080||details.default.svc.cluster.local");
    }

    @Test
    void an_endpoint_that_does_not_serve_the_port_is_left_out() {
        update(endpoint("reviews", "v3", "127.0.1.3").setPorts(Map.of("9090", 9090)));

        assertAddresses(reviews(), "127.0.1.1:9080", "127.0.1.2:9080");
    }

    @Test
    void an_endpoint_may_serve_at_another_port_than_its_service() {
        update(endpoint("reviews", "v3", "127.0.1.3").setPorts(Map.of("9080", 18_080)));

        assertAddresses(reviews(), "127.0.1.1:9080", "127.0.1.2:9080", "127.0.1.3:18080");
    }

    @Test
    void nobody_is_named_where_several_workloads_share_an_address() {
        update(endpoint("reviews", "v3", "127.0.1.1").setPorts(Map.of("9080", 9081)));

        assertThat(table.peer("127.0.1.1")).isEqualTo(WorkloadLabels.NOBODY);
        assertThat(table.peer("127.0.1.2").workload()).isEqualTo("reviews-v2");
    }
}
