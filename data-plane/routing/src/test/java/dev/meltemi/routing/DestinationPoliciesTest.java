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

import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.LoadBalancer;
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
        return cluster(client, reviews(policies)).definition().balancing();
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
    void a_subset_replaces_its_parent_s_settings_one_by_one() {
        var subset = Subset.newBuilder(subset("v1"))
                .setTraffic(balanced(LoadBalancer.RANDOM).build())
                .build();
        var parent =
                balanced(LoadBalancer.ROUND_ROBIN).setConnectTimeoutUs(30_000L).build();

        Policies inForce =
                Policies.inForce(policy("default", subset).setTraffic(parent).build(), subset, 9080);

        assertThat(inForce.balancingOrDefault()).isEqualTo(LoadBalancer.RANDOM);
        assertThat(inForce.connectTimeoutNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
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

        Policies inForce =
                Policies.inForce(policy("default").setTraffic(parent.build()).build(), null, 9080);

        assertThat(inForce.balancingOrDefault()).isEqualTo(LoadBalancer.RANDOM);
        assertThat(inForce.connectTimeoutNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(10));
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
