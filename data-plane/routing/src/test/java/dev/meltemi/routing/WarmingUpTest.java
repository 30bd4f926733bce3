package dev.meltemi.routing;

import static dev.meltemi.routing.Given.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import dev.meltemi.schemas.compiled.Warmup;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Endpoints that are new get less than their share.
class WarmingUpTest {
    private static final int DRAWS = 20_000;
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final AtomicLong time = new AtomicLong();

    private Cluster cluster(LoadBalancer balancing) {
        var warmup = Warmup.newBuilder().setDurationUs(60_000_000).build();
        var policy = Given.inForce(
                TrafficPolicy.newBuilder().setLoadBalancer(balancing).setWarmup(warmup));
        return new Cluster(
                "test",
                new Cluster.Definition(
                        Edge.Service.UNKNOWN,
                        80,
                        Cluster.Origin.ENDPOINTS,
                        policy,
                        Cluster.Tls.AUTO,
                        "",
                        UpstreamHttp.HTTP_1_1),
                time::get);
    }

    private static Endpoint endpoint(String name, long since) {
        var endpoint = new Endpoint(name, InetSocketAddress.createUnresolved(name, 80), WorkloadLabels.NOBODY, 1);
        endpoint.begins(since);
        return endpoint;
    }

    private static double share(Cluster cluster, Endpoint of) {
        var random = random(42);
        int count = 0;
        for (int i = 0; i < DRAWS; i++) {
            count += Objects.requireNonNull(cluster.pick(random, List.of())) == of ? 1 : 0;
        }
        return count / (double) DRAWS;
    }

    /// Worked out by hand from Envoy's formula.
    @ParameterizedTest
    @CsvSource({
        // age in s, duration in s, minimum percent, aggression, factor
        "0,   60, 10, 1.0, 0.1",
        "6,   60, 10, 1.0, 0.1",
        "30,  60, 10, 1.0, 0.5",
        "60,  60, 10, 1.0, 1.0",
        "600, 60, 10, 1.0, 1.0",
        "15,  60, 10, 2.0, 0.5",
        "30,  60, 10, 0.5, 0.25",
        "0,   60,  0, 1.0, 0.016667",
        "0,   60, 100, 1.0, 1.0"
    })
    void the_share_grows_as_envoys_slow_start(
            long age, long seconds, double minimum, double aggression, double wanted) {
        var warming = WarmingUp.of(new Warmup(seconds * 1_000_000, minimum, aggression));

        double factor = warming.factor(TimeUnit.SECONDS.toNanos(age));

        assertThat(factor).isCloseTo(wanted, Offset.offset(1e-5));
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "LEAST_REQUEST"})
    void a_new_endpoint_begins_with_a_tenth_and_has_its_full_share_in_the_end(LoadBalancer balancing) {
        var cluster = cluster(balancing);
        Endpoint old = endpoint("old", -10 * MINUTE);
        Endpoint fresh = endpoint("fresh", 0);
        cluster.replace(List.of(old, fresh));

        double begin = share(cluster, fresh);
        time.set(MINUTE / 2);
        double half = share(cluster, fresh);
        time.set(MINUTE + 1);
        double end = share(cluster, fresh);

        assertThat(begin).isCloseTo(0.1 / 1.1, Offset.offset(0.01));
        assertThat(half).isCloseTo(0.5 / 1.5, Offset.offset(0.01));
        assertThat(end).isCloseTo(0.5, Offset.offset(0.01));
    }

    @Test
    void where_all_are_new_all_are_equal() {
        var cluster = cluster(LoadBalancer.ROUND_ROBIN);
        Endpoint one = endpoint("one", 0);
        cluster.replace(List.of(one, endpoint("other", 0)));

        assertThat(share(cluster, one)).isCloseTo(0.5, Offset.offset(0.001));
    }

    @Test
    void random_gives_everybody_its_full_share_at_once() {
        var cluster = cluster(LoadBalancer.RANDOM);
        Endpoint fresh = endpoint("fresh", 0);
        cluster.replace(List.of(endpoint("old", -10 * MINUTE), fresh));

        assertThat(share(cluster, fresh)).isCloseTo(0.5, Offset.offset(0.02));
    }

    @RepeatedTest(20)
    void no_factor_leaves_its_bounds_and_none_ever_shrinks(RepetitionInfo seed) {
        var random = random(seed.getCurrentRepetition());
        var warming = new WarmingUp(
                random.nextLong(1_000_000, 100 * MINUTE), random.nextDouble(), random.nextDouble(0.01, 10));
        double before = 0;
        for (long age = 0; age < 101 * MINUTE; age += MINUTE / 2) {
            double now = warming.factor(age);
            assertThat(now).isBetween(Math.max(before, warming.minimum()), 1.0);
            before = now;
        }
        assertThat(before).isEqualTo(1);
    }

    @RepeatedTest(20)
    void nobody_starves_and_the_weights_sum_fits(RepetitionInfo seed) {
        var random = random(seed.getCurrentRepetition());
        List<Endpoint> all = random.ints(random.nextInt(1, 50), 1, 40_000_000)
                .mapToObj(weight ->
                        new Endpoint("e", InetSocketAddress.createUnresolved("e", 80), WorkloadLabels.NOBODY, weight))
                .toList();

        int[] weights = new WarmingUp(MINUTE, 0, 1).weights(all, random.nextLong(2 * MINUTE));

        long sum = 0;
        for (int weight : weights) {
            assertThat(weight).isPositive();
            sum += weight;
        }
        assertThat(sum).isLessThan(Integer.MAX_VALUE);
    }
}
