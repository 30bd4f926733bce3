package dev.meltemi.routing;

import static dev.meltemi.routing.Given.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.HashCookie;
import dev.meltemi.schemas.compiled.HashKey;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HashingTest {
    private static final int KEYS = 20_000;

    private static List<Endpoint> endpoints(int... weights) {
        return IntStream.range(0, weights.length)
                .mapToObj(i -> new Endpoint(
                        "e" + i,
                        InetSocketAddress.createUnresolved("10.0.0." + i, 80),
                        WorkloadLabels.NOBODY,
                        weights[i]))
                .toList();
    }

    private static Cluster cluster(LoadBalancer balancing, HashKey.Builder key, List<Endpoint> endpoints) {
        var policy = Given.inForce(
                TrafficPolicy.newBuilder().setLoadBalancer(balancing).setHash(key.build()));
        var cluster = new Cluster(
                "test",
                new Cluster.Definition(
                        Edge.Service.UNKNOWN,
                        80,
                        Cluster.Origin.ENDPOINTS,
                        policy,
                        Cluster.Tls.AUTO,
                        "",
                        UpstreamHttp.HTTP_1_1));
        cluster.replace(endpoints);
        return cluster;
    }

    private static List<Endpoint> owners(LoadBalancer balancing, List<Endpoint> endpoints) {
        var cluster = cluster(balancing, HashKey.newBuilder().setHeader("x-user"), endpoints);
        var owners = new ArrayList<Endpoint>();
        for (int i = 0; i < KEYS; i++) {
            long hash = HashPolicy.hash("user-" + i);
            owners.add(Objects.requireNonNull(cluster.pick(Given.random(i), List.of(), hash)));
        }
        return owners;
    }

    private static Map<Endpoint, Integer> counts(List<Endpoint> owners) {
        var counts = new HashMap<Endpoint, Integer>();
        owners.forEach(owner -> counts.merge(owner, 1, Integer::sum));
        return counts;
    }

    @ParameterizedTest
    @CsvSource({"RING_HASH, 0", "MAGLEV, 0.01"})
    void when_an_endpoint_leaves_only_its_own_keys_move_or_hardly_more(LoadBalancer balancing, double others) {
        var ten = endpoints(1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        var nine = ten.subList(0, 9);

        List<Endpoint> before = owners(balancing, ten);
        List<Endpoint> after = owners(balancing, nine);

        long moved = IntStream.range(0, KEYS)
                .filter(i -> before.get(i) != after.get(i) && before.get(i) != ten.get(9))
                .count();
        long left = before.stream().filter(owner -> owner == ten.get(9)).count();
        assertThat(moved / (double) KEYS).isLessThanOrEqualTo(others);
        assertThat(left / (double) KEYS).isLessThan(0.15);
    }

    @ParameterizedTest
    @CsvSource({"RING_HASH, 0.25", "MAGLEV, 0.05"})
    void endpoints_get_keys_by_their_weights(LoadBalancer balancing, double tolerated) {
        var endpoints = endpoints(1, 1, 2);

        var counts = counts(owners(balancing, endpoints));

        endpoints.forEach(endpoint -> assertThat(counts.getOrDefault(endpoint, 0) / (double) KEYS)
                .isBetween(endpoint.weight() * (1 - tolerated) / 4, endpoint.weight() * (1 + tolerated) / 4));
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void a_retry_stays_with_the_endpoint_that_the_key_chose(LoadBalancer balancing) {
        var cluster = cluster(balancing, HashKey.newBuilder().setHeader("x-user"), endpoints(1, 1, 1, 1));
        long hash = HashPolicy.hash("jane");

        Endpoint first = cluster.pick(Given.random(1), List.of(), hash);
        Endpoint again = cluster.pick(Given.random(2), List.of(Objects.requireNonNull(first)), hash);

        assertThat(again).isSameAs(first);
    }

    @Test
    void a_ring_has_the_places_that_were_said_and_gives_the_lightest_its_share() {
        assertThat(new HashBalancer.Ring(new WeightedEndpoints(endpoints(1, 1)), 1024).size())
                .isEqualTo(1024);
        assertThat(new HashBalancer.Ring(new WeightedEndpoints(endpoints(1, 99)), 4).size())
                .isEqualTo(12_800);
        assertThat(new HashBalancer.Ring(new WeightedEndpoints(endpoints(1, 1)), 8_000_000).size())
                .isEqualTo(262_144);
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "10", "101"})
    void a_table_of_any_size_is_filled(int size) {
        var maglev = new HashBalancer.Maglev(new WeightedEndpoints(endpoints(3, 1)), size);

        for (long hash = 0; hash < 200; hash++) {
            assertThat(maglev.at(hash)).isNotNull();
        }
    }

    @Test
    void requests_without_key_go_anywhere() {
        var cluster = cluster(LoadBalancer.RING_HASH, HashKey.newBuilder().setHeader("x-user"), endpoints(1, 1, 1));
        var random = Given.random(7);

        var counts = new HashMap<Endpoint, Integer>();
        for (int i = 0; i < 300; i++) {
            Endpoint picked = cluster.pick(random, List.of(), HashPolicy.NO_KEY);
            counts.merge(Objects.requireNonNull(picked), 1, Integer::sum);
        }

        assertThat(counts).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "user=jane               | jane",
                "a=b; user=jane; c=d     | jane",
                "user=\"jane\"; user=x   | jane",
                "a=b,user=jane           | jane",
                "xuser=no; user=         | ''",
                "USER=jane               | none",
                "userx=jane              | none",
            })
    void a_cookie_s_value_is_the_key(String cookies, @Nullable String value) {
        var policy = HashPolicy.of(HashKey.newBuilder()
                .setCookie(new HashCookie("user", "", null, Map.of()))
                .build());

        long hash = Objects.requireNonNull(policy).hash(get("a", "/").with("cookie", cookies), "");

        assertThat(hash).isEqualTo(value == null ? HashPolicy.NO_KEY : HashPolicy.hash(value));
        assertThat(policy.makeCookie(Given.random(1)))
                .as("none without a lifetime")
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "/?user=jane       | jane",
                "/a?x=y&user=jane&user=x | jane",
                "/?user            | ''",
                "/?users=jane      | none",
                "/user=jane        | none",
                "/                 | none",
            })
    void a_query_parameter_s_value_is_the_key(String path, @Nullable String value) {
        var policy =
                HashPolicy.of(HashKey.newBuilder().setQueryParameter("user").build());

        long hash = Objects.requireNonNull(policy).hash(get("a", path), "");

        assertThat(hash).isEqualTo(value == null ? HashPolicy.NO_KEY : HashPolicy.hash(value));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3600000000 | /    | user=[0-9a-f]{16}; Max-Age=3600; Path=/; HttpOnly",
                "0          | ''   | user=[0-9a-f]{16}; HttpOnly",
            })
    void a_cookie_is_made_where_the_rule_gives_it_a_lifetime(long ttlMicros, String path, String expected) {
        var policy = HashPolicy.of(HashKey.newBuilder()
                .setCookie(new HashCookie("user", path, ttlMicros, Map.of()))
                .build());

        var made = Objects.requireNonNull(Objects.requireNonNull(policy).makeCookie(Given.random(3)));

        assertThat(made.setCookie()).matches(expected);
        String sentBack = made.setCookie().substring(0, made.setCookie().indexOf(';'));
        assertThat(policy.hash(get("a", "/").with("cookie", sentBack), "")).isEqualTo(made.hash());
    }

    @Test
    void attributes_follow_and_http_only_is_there_once() {
        var policy = HashPolicy.of(HashKey.newBuilder()
                .setCookie(new HashCookie(
                        "user", "", 0L, new java.util.TreeMap<>(Map.of("HttpOnly", "", "SameSite", "Lax"))))
                .build());

        var made = Objects.requireNonNull(Objects.requireNonNull(policy).makeCookie(Given.random(3)));

        assertThat(made.setCookie()).endsWith("; HttpOnly; SameSite=Lax");
    }

    @Test
    void the_caller_s_address_is_the_key() {
        var policy = HashPolicy.of(HashKey.newBuilder().setSourceIp(true).build());

        long hash = Objects.requireNonNull(policy).hash(get("a", "/"), "10.1.2.3");

        assertThat(hash).isEqualTo(HashPolicy.hash("10.1.2.3"));
    }
}
