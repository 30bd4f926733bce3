package dev.meltemi.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.DestinationPolicy;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.LocalitySettings;
import dev.meltemi.schemas.compiled.LocalityShare;
import dev.meltemi.schemas.compiled.OutlierDetection;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalitiesTest {
    private static final Place HOME = new Place("eu/a/1", Map.of("rack", "r1"));

    private static Endpoint at(String locality) {
        var endpoint =
                new Endpoint(locality, InetSocketAddress.createUnresolved(locality, 80), WorkloadLabels.NOBODY, 1);
        endpoint.moveTo(new Place(locality, Map.of("rack", locality.endsWith("1") ? "r1" : "r2")));
        return endpoint;
    }

    private static List<Endpoint> everywhere() {
        return Stream.of("eu/a/1", "eu/a/2", "eu/b/1", "us/a/1", "ap/a/1")
                .map(LocalitiesTest::at)
                .toList();
    }

    private static PolicyInForce policy(LocalitySettings.@Nullable Builder locality, boolean detecting) {
        return Given.inForce(TrafficPolicy.newBuilder()
                .setLoadBalancer(LoadBalancer.LEAST_REQUEST)
                .setLocality(locality == null ? null : locality.build())
                .setOutlierDetection(detecting ? OutlierDetection.newBuilder().build() : null));
    }

    private static List<String> plan(PolicyInForce policy, List<Endpoint> all, Set<String> ill) {
        var told = new ArrayList<String>();
        for (var part : LocalityPlan.of(policy, HOME, all, endpoint -> !ill.contains(endpoint.instance()))) {
            told.add(part.share() + " "
                    + String.join(
                            ",",
                            part.endpoints().stream().map(Endpoint::instance).toList()));
        }
        return told;
    }

    @Test
    void without_outlier_detection_all_are_equal() {
        assertThat(plan(policy(null, false), everywhere(), Set.of()))
                .containsExactly("1 eu/a/1,eu/a/2,eu/b/1,us/a/1,ap/a/1");
        assertThat(plan(
                        policy(LocalitySettings.newBuilder().setFailover(Map.of("eu", "us")), false),
                        everywhere(),
                        Set.of()))
                .hasSize(1);
    }

    @Test
    void with_it_the_nearest_get_everything_and_the_next_take_over() {
        var policy = policy(null, true);

        assertThat(plan(policy, everywhere(), Set.of())).containsExactly("100 eu/a/1");
        assertThat(plan(policy, everywhere(), Set.of("eu/a/1"))).containsExactly("100 eu/a/2");
        assertThat(plan(policy, everywhere(), Set.of("eu/a/1", "eu/a/2"))).containsExactly("100 eu/b/1");
        assertThat(plan(policy, everywhere(), Set.of("eu/a/1", "eu/a/2", "eu/b/1")))
                .containsExactly("100 us/a/1,ap/a/1");
        assertThat(plan(policy(LocalitySettings.newBuilder().setEnabled(false), true), everywhere(), Set.of()))
                .hasSize(1)
                .first()
                .asString()
                .contains("ap/a/1");
    }

    @Test
    void a_part_that_is_half_ill_keeps_as_much_as_it_can_take() {
        var all = List.of(at("eu/a/1"), at("eu/a/1"), at("us/a/1"));

        List<LocalityPlan.Part> parts =
                LocalityPlan.of(policy(null, true), HOME, all, endpoint -> endpoint != all.getFirst());

        assertThat(parts).extracting(LocalityPlan.Part::share).containsExactly(70, 30);
    }

    @Test
    void a_region_fails_over_to_the_one_that_the_rule_names() {
        var policy = policy(LocalitySettings.newBuilder().setFailover(Map.of("eu", "ap")), true);

        assertThat(plan(policy, everywhere(), Set.of("eu/a/1", "eu/a/2", "eu/b/1")))
                .containsExactly("100 ap/a/1");
    }

    @Test
    void labels_order_endpoints_by_how_many_agree_from_the_first() {
        var policy = policy(
                LocalitySettings.newBuilder().setFailoverPriority(List.of("rack", "topology.kubernetes.io/zone")),
                true);

        assertThat(plan(policy, everywhere(), Set.of())).containsExactly("100 eu/a/1,us/a/1,ap/a/1");
        assertThat(plan(policy, everywhere(), Set.of("eu/a/1", "us/a/1", "ap/a/1")))
                .containsExactly("100 eu/b/1");
        assertThat(LocalityPlan.distance(
                        LocalitySettings.newBuilder()
                                .setFailoverPriority(List.of("rack=r2"))
                                .build(),
                        HOME,
                        at("eu/a/2").place()))
                .isZero();
    }

    @Test
    void shares_leave_out_who_isn_t_listed_and_need_no_outlier_detection() {
        var policy = policy(
                LocalitySettings.newBuilder()
                        .setDistribute(List.of(
                                new LocalityShare("us", Map.of("us", 100)),
                                new LocalityShare("eu/a/*", Map.of("eu/a/*", 80, "us/*", 20)))),
                false);

        assertThat(plan(policy, everywhere(), Set.of())).containsExactlyInAnyOrder("8000 eu/a/1,eu/a/2", "2000 us/a/1");
        assertThat(plan(policy, everywhere(), Set.of("us/a/1"))).containsExactly("8000 eu/a/1,eu/a/2");
    }

    @ParameterizedTest
    @CsvSource({
        "eu/a/1, *, true",
        "eu/a/1, eu, true",
        "eu/a/1, eu/*, true",
        "eu/a/1, eu/a/1, true",
        "eu/a/1, eu/b/*, false",
        "eu/a/1, e*, false",
        "eu, eu/a, false",
        "'', eu, false",
    })
    void a_rule_s_locality_covers_what_lies_in_it(String locality, String pattern, boolean covered) {
        assertThat(new Place(locality, Map.of()).isIn(pattern)).isEqualTo(covered);
    }

    @Test
    void parts_are_drawn_by_their_shares() {
        var near = at("eu/a/1");
        var far = at("us/a/1");
        var balancer = new PartedBalancer(
                new WeightedEndpoints(List.of(near, far)),
                List.of(
                        new Balancer.Lottery(new WeightedEndpoints(List.of(near))),
                        new Balancer.Lottery(new WeightedEndpoints(List.of(far)))),
                List.of(80, 20));
        var random = Given.random(5);

        long drawn = Stream.generate(() -> balancer.next(random))
                .limit(10_000)
                .filter(endpoint -> endpoint == near)
                .count();

        assertThat(drawn / 10_000.0).isBetween(0.78, 0.82);
        assertThat(balancer.at(79)).isSameAs(near);
        assertThat(balancer.at(80)).isSameAs(far);
    }

    @Test
    void a_table_knows_where_its_workload_and_its_endpoints_are() {
        var self = new Workload("client-1", "client", "default", Map.of(), "client", "Kubernetes", "eu/a/1", false);
        var detecting = DestinationPolicy.newBuilder(Given.policy("default"))
                .setTraffic(TrafficPolicy.newBuilder()
                        .setPorts(Map.of())
                        .setOutlierDetection(OutlierDetection.newBuilder().build())
                        .build())
                .build();
        var mesh = Given.with(
                Given.mesh(Given.service("reviews", 9080).setPolicies(List.of(detecting))),
                Given.endpoint("reviews", "v1", "127.0.1.1").setLocality("us/a/1"),
                Given.endpoint("reviews", "v2", "127.0.1.2").setLocality("eu/a/2"));

        var near = (Decision.Forward) Given.table(self, mesh).decide(Given.get("reviews", "/"), Given.random(1));
        var anywhere = (Decision.Forward) Given.table(mesh).decide(Given.get("reviews", "/"), Given.random(1));

        assertThat(near.cluster().endpoints()).extracting(Endpoint::toString).containsExactly("127.0.1.2:9080");
        assertThat(anywhere.cluster().endpoints()).hasSize(2);
    }
}
