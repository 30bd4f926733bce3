package dev.meltemi.routing;

import static dev.meltemi.routing.Given.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.LoadBalancer;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Properties that hold for every seed.
class BalancersTest {
    private static final int DRAWS = 100_000;

    private static List<Endpoint> endpoints(int... weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> new Endpoint(
                        "e" + i, InetSocketAddress.createUnresolved("e" + i, 80), WorkloadLabels.NOBODY, weights[i]))
                .toList();
    }

    private static Cluster cluster(LoadBalancer balancing, List<Endpoint> endpoints) {
        return cluster(balancing, endpoints, () -> 0);
    }

    private static Cluster cluster(LoadBalancer balancing, List<Endpoint> endpoints, LongSupplier clock) {
        var cluster = new Cluster(
                "test",
                new Cluster.Definition(
                        Edge.Service.UNKNOWN,
                        80,
                        Cluster.Origin.ENDPOINTS,
                        Given.balanced(balancing),
                        Cluster.Tls.AUTO,
                        "",
                        UpstreamHttp.HTTP_1_1),
                clock);
        cluster.replace(endpoints);
        return cluster;
    }

    private static Endpoint picked(Cluster cluster, RandomGenerator random, List<Endpoint> tried) {
        return Objects.requireNonNull(cluster.pick(random, tried));
    }

    private static Map<Endpoint, Integer> draw(Cluster cluster, RandomGenerator random, int draws) {
        var counts = new HashMap<Endpoint, Integer>();
        for (int i = 0; i < draws; i++) {
            counts.merge(picked(cluster, random, List.of()), 1, Integer::sum);
        }
        return counts;
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "PEAK_EWMA"})
    void shares_follow_the_weights_within_a_hundredth_when_nothing_is_under_way(LoadBalancer balancing) {
        int[] weights = {1, 2, 5, 2};
        List<Endpoint> endpoints = endpoints(weights);

        Map<Endpoint, Integer> counts = draw(cluster(balancing, endpoints), random(42), DRAWS);

        for (int i = 0; i < weights.length; i++) {
            double share = counts.getOrDefault(endpoints.get(i), 0) / (double) DRAWS;
            assertThat(share).isCloseTo(weights[i] / 10.0, Offset.offset(0.01));
        }
    }

    @RepeatedTest(20)
    void round_robin_gives_each_exactly_its_weight_in_a_turn_and_never_a_run_of_one(RepetitionInfo seed) {
        var random = random(seed.getCurrentRepetition());
        int[] weights = random.ints(random.nextInt(2, 6), 1, 9).toArray();
        List<Endpoint> endpoints = endpoints(weights);
        List<Endpoint> turn = new WeightedEndpoints(endpoints).smoothTurn();

        int divisor = IntStream.of(weights).sum() / turn.size();

        for (int i = 0; i < weights.length; i++) {
            Endpoint endpoint = endpoints.get(i);
            long times = turn.stream().filter(each -> each == endpoint).count();
            boolean equal = IntStream.of(weights).distinct().count() == 1;
            assertThat(times).isEqualTo(equal ? 1 : weights[i] / divisor);
        }
    }

    @Test
    void heavy_weights_make_no_endless_turn_and_keep_their_shares() {
        List<Endpoint> endpoints = endpoints(1_000_003, 2_000_003, 1);

        List<Endpoint> turn = new WeightedEndpoints(endpoints).smoothTurn();

        assertThat(turn).hasSizeLessThan(1_100);
        double share =
                turn.stream().filter(each -> each == endpoints.getFirst()).count() / (double) turn.size();
        assertThat(share).isCloseTo(1 / 3.0, Offset.offset(0.01));
        assertThat(turn).contains(endpoints.getLast());
    }

    /// Every request takes 10 ticks of 1 ms, on the slow endpoint 200; one begins in each so many ticks.
    ///
    /// @return of 10,000 ticks' requests the share that met the slow endpoint
    private double slowShare(LoadBalancer balancing, long seed, int every) {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1);
        Endpoint slow = endpoints.getFirst();
        var time = new AtomicLong();
        var cluster = cluster(balancing, endpoints, time::get);
        var random = random(seed);
        var underWay = new ArrayList<ArrayDeque<Integer>>();
        endpoints.forEach(_ -> underWay.add(new ArrayDeque<>()));
        int slowOnes = 0;

        for (int now = 0; now < 10_000; now++) {
            time.set(now * 1_000_000L);
            for (int i = 0; i < endpoints.size(); i++) {
                ArrayDeque<Integer> ends = underWay.get(i);
                while (!ends.isEmpty() && ends.getFirst() <= now) {
                    ends.removeFirst();
                    endpoints.get(i).end();
                    cluster.took(endpoints.get(i), (endpoints.get(i) == slow ? 200 : 10) * 1_000_000L);
                }
            }
            if (now % every != 0) {
                continue;
            }
            Endpoint picked = picked(cluster, random, List.of());
            picked.begin();
            underWay.get(endpoints.indexOf(picked)).add(now + (picked == slow ? 200 : 10));
            slowOnes += picked == slow ? 1 : 0;
        }
        return slowOnes * every / 10_000.0;
    }

    @RepeatedTest(5)
    void least_request_avoids_a_slow_endpoint(RepetitionInfo seed) {
        assertThat(slowShare(LoadBalancer.LEAST_REQUEST, seed.getCurrentRepetition(), 1))
                .as("a quarter without balancing")
                .isLessThan(0.06);
    }

    /// At low load nothing piles up on the slow endpoint that least-request could see.
    @RepeatedTest(5)
    void peak_ewma_avoids_a_slow_endpoint_better_than_least_request(RepetitionInfo seed) {
        for (int every : new int[] {1, 20, 100}) {
            double leastRequest = slowShare(LoadBalancer.LEAST_REQUEST, seed.getCurrentRepetition(), every);
            double ewma = slowShare(LoadBalancer.PEAK_EWMA, seed.getCurrentRepetition(), every);

            assertThat(ewma).as("one request each %d ms", every).isLessThan(leastRequest / 2);
        }
    }

    @Test
    void a_slow_endpoint_that_has_become_fast_gets_its_share_again() {
        List<Endpoint> endpoints = endpoints(1, 1);
        var time = new AtomicLong();
        var cluster = cluster(LoadBalancer.PEAK_EWMA, endpoints, time::get);
        cluster.took(endpoints.getFirst(), 1_000_000_000);
        cluster.took(endpoints.getLast(), 10_000_000);
        var random = random(3);
        int first = 0;

        for (int i = 0; i < 10_000; i++) {
            time.addAndGet(20_000_000);
            Endpoint picked = picked(cluster, random, List.of());
            cluster.took(picked, 10_000_000);
            first += i >= 5_000 && picked == endpoints.getFirst() ? 1 : 0;
        }

        assertThat(first).isBetween(2_000, 3_000);
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM", "PEAK_EWMA"})
    void tried_endpoints_are_avoided_as_long_as_another_is_left(LoadBalancer balancing) {
        List<Endpoint> endpoints = endpoints(1_000, 1, 1);
        var cluster = cluster(balancing, endpoints);
        var random = random(7);

        for (int i = 0; i < 1_000; i++) {
            assertThat(picked(cluster, random, endpoints.subList(0, 1))).isNotIn(endpoints.subList(0, 1));
            assertThat(picked(cluster, random, endpoints.subList(0, 2))).isSameAs(endpoints.get(2));
            assertThat(picked(cluster, random, endpoints)).isIn(endpoints);
        }
    }

    @Test
    void round_robin_goes_on_where_it_was_when_endpoints_change() {
        List<Endpoint> endpoints = endpoints(1, 1, 1, 1);
        var cluster = cluster(LoadBalancer.ROUND_ROBIN, endpoints.subList(0, 3));
        picked(cluster, random(1), List.of());

        cluster.replace(endpoints);

        assertThat(picked(cluster, random(1), List.of())).isSameAs(endpoints.get(1));
    }

    @Test
    void a_cluster_without_endpoints_has_none_to_pick() {
        var cluster = cluster(LoadBalancer.LEAST_REQUEST, List.of());

        assertThat(cluster.pick(random(1), List.of())).isNull();
    }
}
