package dev.meltemi.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meltemi.loadtests.PublishedRule.Watch;
import dev.meltemi.schemas.ConfigStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The main job: a rule published to Kafka moves real traffic, on all sidecars, without a failed request.
@ExtendWith(DemoExtension.class)
class RuleMovesTrafficTest {
    private static final int SIDECARS = 7;
    private static final String RULE = "networking.istio.io/VirtualService/default/reviews";
    private static final String SUBSETS = "networking.istio.io/DestinationRule/default/reviews";

    private final RunningDemo demo;
    private final Watch watch;

    RuleMovesTrafficTest(RunningDemo demo) {
        this.demo = demo;
        this.watch = new Watch(demo);
    }

    @BeforeEach
    void subsets() {
        PublishedRule.publish(demo, SUBSETS, """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews, namespace: default}
            spec:
              host: reviews
              subsets:
              - {name: v1, labels: {version: v1}}
              - {name: v2, labels: {version: v2}}
              - {name: v3, labels: {version: v3}}
            """);
    }

    @AfterEach
    void clean() {
        PublishedRule.delete(demo, RULE);
        watch.awaitAppliedEverywhere(PublishedRule.delete(demo, SUBSETS), SIDECARS);
        watch.close();
    }

    private static String weights(int v1, int v2) {
        return """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http:
              - route:
                - destination: {host: reviews, subset: v1}
                  weight: %d
                - destination: {host: reviews, subset: v2}
                  weight: %d
            """.formatted(v1, v2);
    }

    @Test
    void a_published_rule_splits_traffic_as_it_says() {
        var published = PublishedRule.publish(demo, RULE, weights(90, 10));
        watch.awaitAppliedEverywhere(published, SIDECARS);

        var split = SteadyLoad.split(demo, 2_000);

        assertThat(split).containsOnlyKeys("v1", "v2");
        assertThat(split.getOrDefault("v1", 0) / 2_000.0).isCloseTo(0.9, within(0.03));
    }

    @Test
    void an_invalid_rule_is_reported_and_displaces_nothing() {
        watch.awaitAppliedEverywhere(PublishedRule.publish(demo, RULE, weights(100, 0)), SIDECARS);

        var bad = PublishedRule.publish(demo, RULE, weights(0, 100).replace("subset", "subzet"));

        watch.awaitVerdict(RULE, bad);
        var status = watch.status(RULE).orElseThrow();
        assertThat(status.state()).isEqualTo(ConfigStatus.State.Rejected);
        assertThat(status.messages()).anySatisfy(message -> {
            assertThat(message.text()).contains("subzet");
            assertThat(message.line()).isEqualTo(8);
        });
        assertThat(SteadyLoad.split(demo, 200)).containsOnlyKeys("v1");
    }

    @Test
    void rules_that_flip_under_load_are_live_within_moments_and_fail_no_request() {
        List<Long> millis = new ArrayList<>();
        try (var load = SteadyLoad.start(demo, 4)) {
            for (int i = 0; i < 100; i++) {
                long start = System.nanoTime();
                watch.awaitAppliedEverywhere(
                        PublishedRule.publish(demo, RULE, weights(i % 2 * 100, 100 - i % 2 * 100)), SIDECARS);
                millis.add(RunningDemo.millisSince(start));
            }

            assertThat(load.failures()).isEmpty();
            assertThat(load.answers()).isPositive();
        }
        Collections.sort(millis);
        System.out.printf(
                "applied on 7/7: p50 %d ms, p99 %d ms, max %d ms over 100 changes under load%n",
                millis.get(50), millis.get(98), millis.get(99));
        // the bar is 250 ms; a shared machine that builds at the same time is given room
        assertThat(millis.get(98)).isLessThan(1_000);
    }
}
