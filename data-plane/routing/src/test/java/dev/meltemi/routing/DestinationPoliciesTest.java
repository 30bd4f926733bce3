package dev.meltemi.routing;

import static dev.meltemi.routing.Given.client;
import static dev.meltemi.routing.Given.destination;
import static dev.meltemi.routing.Given.endpoint;
import static dev.meltemi.routing.Given.get;
import static dev.meltemi.routing.Given.mesh;
import static dev.meltemi.routing.Given.outcome;
import static dev.meltemi.routing.Given.policy;
import static dev.meltemi.routing.Given.random;
import static dev.meltemi.routing.Given.route;
import static dev.meltemi.routing.Given.rules;
import static dev.meltemi.routing.Given.service;
import static dev.meltemi.routing.Given.subset;
import static dev.meltemi.routing.Given.table;
import static dev.meltemi.routing.Given.with;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.compiled.ClientTls;
import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.OutlierDetection;
import dev.meltemi.schemas.compiled.PortPolicy;
import dev.meltemi.schemas.compiled.ServiceRoutes;
import dev.meltemi.schemas.compiled.Subset;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DestinationPoliciesTest {
    private static TrafficPolicy.Builder balanced(LoadBalancer balancer) {
        return TrafficPolicy.newBuilder().setLoadBalancer(balancer);
    }

    private static DestinationPolicy.Builder of(String namespace, LoadBalancer balancer) {
        return policy(namespace).setTraffic(balanced(balancer).build());
    }

    private static ServiceRoutes.Builder reviews(DestinationPolicy.Builder... policies) {
        return service("reviews", 9080)
                .setNamespace("default")
                .setPolicies(List.of(policies).stream()
                        .map(DestinationPolicy.Builder::build)
                        .toList());
    }

    private static Cluster cluster(Workload client, ServiceRoutes.Builder reviews) {
        Decision decision = table(client, mesh(reviews)).decide(get("reviews.default:9080", "/"), random(1));
        return ((Decision.Forward) decision).cluster();
    }

    private static LoadBalancer chosen(Workload client, DestinationPolicy.Builder... policies) {
        return cluster(client, reviews(policies)).balancing();
    }

    @Test
    void the_client_s_namespace_comes_before_the_service_s_and_that_before_the_root() {
        DestinationPolicy.Builder[] all = {
            of("istio-system", LoadBalancer.PASSTHROUGH),
            of("default", LoadBalancer.ROUND_ROBIN),
            of("prod", LoadBalancer.RANDOM)
        };

        assertThat(chosen(client("prod"), all)).isEqualTo(LoadBalancer.RANDOM);
        assertThat(chosen(client("default"), all)).isEqualTo(LoadBalancer.ROUND_ROBIN);
        assertThat(chosen(client("other"), all)).isEqualTo(LoadBalancer.ROUND_ROBIN);
        assertThat(chosen(client("other"), all[0])).isEqualTo(LoadBalancer.PASSTHROUGH);
    }

    @Test
    void a_rule_that_is_not_exported_to_the_client_is_none() {
        var kept = of("default", LoadBalancer.RANDOM).setExportTo(List.of("default"));

        assertThat(chosen(client("prod"), kept)).isEqualTo(LoadBalancer.LEAST_REQUEST);
        assertThat(chosen(client("default"), kept)).isEqualTo(LoadBalancer.RANDOM);
    }

    @Test
    void a_rule_for_selected_clients_comes_before_one_for_all_and_stays_in_its_namespace() {
        var selected = of("default", LoadBalancer.RANDOM).setWorkloadSelector(Map.of("app", "picky"));
        var all = of("default", LoadBalancer.ROUND_ROBIN);
        var picky = Map.of("app", "picky");

        assertThat(chosen(client("default", picky), all, selected)).isEqualTo(LoadBalancer.RANDOM);
        assertThat(chosen(client("default"), all, selected)).isEqualTo(LoadBalancer.ROUND_ROBIN);
        assertThat(chosen(client("prod", picky), all, selected)).isEqualTo(LoadBalancer.ROUND_ROBIN);
    }

    @Test
    void a_client_in_the_root_namespace_finds_its_private_rules_first_and_its_public_ones_last() {
        var everybodys = of("istio-system", LoadBalancer.RANDOM);
        var ownOnly = of("istio-system", LoadBalancer.PASSTHROUGH).setExportTo(List.of("istio-system"));
        var service = of("default", LoadBalancer.ROUND_ROBIN);
        var root = client("istio-system");

        assertThat(chosen(root, everybodys, service)).isEqualTo(LoadBalancer.ROUND_ROBIN);
        assertThat(chosen(root, everybodys, service, ownOnly)).isEqualTo(LoadBalancer.PASSTHROUGH);
        assertThat(chosen(root, everybodys)).isEqualTo(LoadBalancer.RANDOM);
    }

    @Test
    void a_narrow_rule_hides_a_wide_one_of_its_namespace_only_where_it_counts_itself() {
        var wide = of("default", LoadBalancer.RANDOM).setHost("*.local");
        var narrow = of("default", LoadBalancer.ROUND_ROBIN).setHost("reviews" + Given.DOMAIN);
        var atHome = DestinationPolicy.newBuilder(narrow).setExportTo(List.of("default"));
        var toBank = DestinationPolicy.newBuilder(narrow).setExportTo(List.of("bank"));

        assertThat(chosen(client("prod"), narrow, wide)).isEqualTo(LoadBalancer.ROUND_ROBIN);
        assertThat(chosen(client("prod"), atHome, wide)).isEqualTo(LoadBalancer.RANDOM);
        assertThat(chosen(client("default"), atHome, wide)).isEqualTo(LoadBalancer.ROUND_ROBIN);
        assertThat(chosen(client("bank"), toBank, wide)).isEqualTo(LoadBalancer.ROUND_ROBIN);
        assertThat(chosen(client("default"), toBank, wide)).isEqualTo(LoadBalancer.RANDOM);
        // exported, though not to this one: it is still what its namespace says of the host
        assertThat(chosen(client("prod"), toBank, wide)).isEqualTo(LoadBalancer.LEAST_REQUEST);
    }

    @Test
    void a_block_of_a_subset_replaces_the_parent_s_whole_block() {
        var parent = balanced(LoadBalancer.ROUND_ROBIN)
                .setConnectTimeoutUs(30_000L)
                .setConnectionPool(
                        ConnectionPool.newBuilder().setMaxConnections(100).build())
                .setOutlierDetection(
                        OutlierDetection.newBuilder().setConsecutive5xxErrors(7).build())
                .setTls(ClientTls.DISABLE)
                .build();
        var subset = Subset.newBuilder(subset("v1"))
                .setTraffic(TrafficPolicy.newBuilder()
                        .setPorts(Map.of())
                        .setConnectionPool(
                                ConnectionPool.newBuilder().setMaxRetries(2).build())
                        .build())
                .build();

        PolicyInForce inForce =
                Policies.inForce(policy("default", subset).setTraffic(parent).build(), subset, 9080);

        assertThat(inForce.pool().maxRetries()).isEqualTo(2);
        assertThat(inForce.pool().maxConnections()).isEqualTo(PoolLimits.UNLIMITED);
        assertThat(inForce.pool().connectTimeoutNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(10));
        assertThat(inForce.balancing()).isEqualTo(LoadBalancer.ROUND_ROBIN);
        assertThat(inForce.tls()).isEqualTo(ClientTls.DISABLE);
        assertThat(inForce.outlier())
                .isNotNull()
                .extracting(OutlierSettings::consecutive5xxErrors)
                .isEqualTo(7);
        assertThat(inForce.labels()).containsExactly(Map.entry("version", "v1"));
    }

    @Test
    void a_port_of_a_subset_drops_the_parent_s_blocks_and_keeps_what_is_no_block() {
        var parent = balanced(LoadBalancer.ROUND_ROBIN)
                .setPorts(Map.of(
                        "80", PortPolicy.newBuilder().setTls(ClientTls.DISABLE).build()))
                .setProxyProtocol("V1")
                .setConnectionPool(
                        ConnectionPool.newBuilder().setMaxConnections(100).build())
                .build();
        var subset = Subset.newBuilder(subset("v1"))
                .setTraffic(TrafficPolicy.newBuilder()
                        .setPorts(Map.of(
                                "9080",
                                PortPolicy.newBuilder()
                                        .setLoadBalancer(LoadBalancer.RANDOM)
                                        .build()))
                        .setTls(ClientTls.ISTIO_MUTUAL)
                        .build())
                .build();
        var rule = policy("default", subset).setTraffic(parent).build();

        PolicyInForce ofPort = Policies.inForce(rule, subset, 9080);
        PolicyInForce elsewhere = Policies.inForce(rule, subset, 80);

        assertThat(ofPort.pool()).isEqualTo(PoolLimits.NONE);
        assertThat(ofPort.tls()).isNull();
        assertThat(ofPort.proxyProtocol()).isEqualTo("V1");
        assertThat(elsewhere.tls()).isEqualTo(ClientTls.ISTIO_MUTUAL);
        assertThat(elsewhere.balancing()).isEqualTo(LoadBalancer.LEAST_REQUEST);
        assertThat(elsewhere.proxyProtocol()).isEmpty();
    }

    @Test
    void zero_is_no_limit_and_the_idle_time_out_of_http_wins() {
        var pool = ConnectionPool.newBuilder()
                .setMaxConnections(0)
                .setMaxRetries(0)
                .setTcpIdleTimeoutUs(1_000_000L);

        PoolLimits limits = PoolLimits.of(pool.build(), null);
        PoolLimits withHttp =
                PoolLimits.of(pool.setHttpIdleTimeoutUs(2_000_000L).build(), null);

        assertThat(limits.maxConnections()).isEqualTo(PoolLimits.UNLIMITED);
        assertThat(limits.maxRetries()).isEqualTo(PoolLimits.UNLIMITED);
        assertThat(limits.idleTimeoutNanos(5)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(withHttp.idleTimeoutNanos(5)).isEqualTo(TimeUnit.SECONDS.toNanos(2));
        assertThat(PoolLimits.NONE.idleTimeoutNanos(5)).isEqualTo(5);
    }

    @Test
    void a_subset_replaces_its_parent_s_settings_one_by_one() {
        var subset = Subset.newBuilder(subset("v1"))
                .setTraffic(balanced(LoadBalancer.RANDOM).build())
                .build();
        var parent =
                balanced(LoadBalancer.ROUND_ROBIN).setConnectTimeoutUs(30_000L).build();

        PolicyInForce inForce =
                Policies.inForce(policy("default", subset).setTraffic(parent).build(), subset, 9080);

        assertThat(inForce.balancing()).isEqualTo(LoadBalancer.RANDOM);
        assertThat(inForce.pool().connectTimeoutNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
    }

    @Test
    void a_port_s_settings_replace_those_of_its_level_wholesale() {
        var parent = balanced(LoadBalancer.ROUND_ROBIN)
                .setConnectTimeoutUs(30_000L)
                .setPorts(Map.of(
                        "9080",
                        PortPolicy.newBuilder()
                                .setLoadBalancer(LoadBalancer.RANDOM)
                                .build()));

        PolicyInForce inForce =
                Policies.inForce(policy("default").setTraffic(parent.build()).build(), null, 9080);

        assertThat(inForce.balancing()).isEqualTo(LoadBalancer.RANDOM);
        assertThat(inForce.pool().connectTimeoutNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(10));
    }

    @Test
    void a_subset_has_exactly_the_endpoints_with_its_labels() {
        var reviews = reviews(policy("default", subset("v1"), subset("v2")))
                .setHttp(List.of(rules(
                                "reviews",
                                route().setDestinations(List.of(destination("reviews", "v2", 1)))
                                        .build())
                        .build()));
        var table = table(
                with(mesh(reviews), endpoint("reviews", "v1", "127.0.1.1"), endpoint("reviews", "v2", "127.0.1.2")));

        var forward = (Decision.Forward) table.decide(get("reviews", "/"), random(1));

        assertThat(forward.cluster().name()).isEqualTo("outbound|9080|v2|reviews.default.svc.cluster.local");
        assertThat(forward.cluster().endpoints()).extracting(Endpoint::toString).containsExactly("127.0.1.2:9080");
    }

    @Test
    void a_subset_that_nobody_declared_is_no_cluster() {
        var reviews = reviews()
                .setHttp(List.of(rules(
                                "reviews",
                                route().setDestinations(List.of(destination("reviews", "v2", 1)))
                                        .build())
                        .build()));

        Decision decision = table(mesh(reviews)).decide(get("reviews", "/"), random(1));

        assertThat(outcome(decision)).isEqualTo("503 NC");
    }
}
