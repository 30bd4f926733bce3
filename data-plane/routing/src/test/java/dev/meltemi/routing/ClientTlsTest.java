package dev.meltemi.routing;

import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.endpoint;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClientTlsTest {
    private final Clusters clusters = new Clusters();

    private static ServiceEndpoint.Builder reviews(boolean mtls) {
        return endpoint("reviews", "v1", "127.0.1.1").setMtls(mtls).setServiceAccount("bookinfo-reviews");
    }

    private Cluster cluster(ServiceRoutes.Builder service, ServiceEndpoint.Builder endpoint) {
        var table = RouteTable.of(client("default"), Revision.NONE, with(mesh(service), endpoint), clusters, null);
        return ((Decision.Forward) table.decide(get("reviews:9080", "/"), random(1))).cluster();
    }

    private static Endpoint only(Cluster cluster) {
        assertThat(cluster.endpoints()).hasSize(1);
        return cluster.endpoints().getFirst();
    }

    @Test
    void an_endpoint_that_takes_mutual_tls_gets_it_and_must_prove_its_service_account() {
        Cluster cluster = cluster(service("reviews", 9080), reviews(true));

        assertThat(cluster.usesMutualTls(only(cluster))).isTrue();
        assertThat(only(cluster).expectedPeer()).isEqualTo("ns/default/sa/bookinfo-reviews");
        assertThat(cluster.sni()).isEqualTo("outbound_.9080_._.reviews.default.svc.cluster.local");
    }

    @Test
    void a_workload_without_a_service_account_is_its_namespace_s_default() {
        Cluster cluster = cluster(service("reviews", 9080), reviews(true).setServiceAccount(""));

        assertThat(only(cluster).expectedPeer()).isEqualTo("ns/default/sa/default");
    }

    @Test
    void an_endpoint_that_takes_no_mutual_tls_gets_plaintext_until_it_says_otherwise() {
        Cluster cluster = cluster(service("reviews", 9080), reviews(false));
        Endpoint endpoint = only(cluster);
        boolean before = cluster.usesMutualTls(endpoint);

        ServiceEndpoint upgraded = reviews(true).build();
        clusters.update(Map.of(upgraded.getHost() + "/" + upgraded.getInstance(), Optional.of(upgraded)));

        assertThat(before).isFalse();
        assertThat(only(cluster)).isSameAs(endpoint);
        assertThat(cluster.usesMutualTls(endpoint)).isTrue();
    }

    @Test
    void a_service_outside_the_mesh_never_gets_mutual_tls() {
        Cluster cluster = cluster(service("reviews", 9080).setExternal(true), reviews(true));

        assertThat(cluster.usesMutualTls(only(cluster))).isFalse();
    }
}
