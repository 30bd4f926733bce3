package dev.meltemi.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.HealthCheckKind;
import dev.meltemi.schemas.compiled.OutlierDetection;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutliersTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final List<Endpoint> four = IntStream.range(0, 4)
            .mapToObj(i -> new Endpoint(
                    "e" + i, InetSocketAddress.createUnresolved("10.0.0." + i, 80), WorkloadLabels.NOBODY, 1))
            .toList();
    private final Endpoint bad = four.getFirst();

    private static PolicyInForce policy(UnaryOperator<OutlierDetection.Builder> said) {
        OutlierDetection.Builder settings = OutlierDetection.newBuilder()
                .setConsecutive5xxErrors(3)
                .setIntervalUs(10_000_000L)
                .setBaseEjectionTimeUs(30_000_000L)
                .setMaxEjectionPercent(50);
        return Given.inForce(TrafficPolicy.newBuilder()
                .setOutlierDetection(said.apply(settings).build()));
    }

    private Cluster cluster(UnaryOperator<OutlierDetection.Builder> said) {
        var cluster = new Cluster(
                "test",
                new Cluster.Definition(
                        Edge.Service.UNKNOWN,
                        80,
                        Cluster.Origin.ENDPOINTS,
                        policy(said),
                        Cluster.Tls.AUTO,
                        "",
                        UpstreamHttp.HTTP_1_1));
        cluster.replace(four);
        cluster.sweep(0);
        return cluster;
    }

    private static void answers(Cluster cluster, Endpoint endpoint, long now, int... statuses) {
        for (int status : statuses) {
            cluster.onAnswer(endpoint, status, now);
        }
    }

    @Test
    void errors_in_a_row_eject_and_a_success_between_them_starts_the_count_again() {
        var cluster = cluster(settings -> settings);

        answers(cluster, bad, SECOND, 500, 503, 200, 500, 500);
        int before = cluster.endpoints().size();
        answers(cluster, bad, SECOND, 500);

        assertThat(before).isEqualTo(4);
        assertThat(cluster.endpoints()).hasSize(3).doesNotContain(bad);
        assertThat(cluster.ejections()).isEqualTo(1);
        assertThat(cluster.isEjected(bad)).isTrue();
    }

    @Test
    void an_ejected_endpoint_comes_back_at_the_sweep_after_its_time_and_stays_away_longer_the_next_time() {
        var cluster = cluster(settings -> settings);
        answers(cluster, bad, 0, 500, 500, 500);

        cluster.sweep(29 * SECOND);
        assertThat(cluster.endpoints()).hasSize(3);
        cluster.sweep(39 * SECOND);
        assertThat(cluster.endpoints()).hasSize(4);

        answers(cluster, bad, 40 * SECOND, 500, 500, 500);
        cluster.sweep(99 * SECOND);
        assertThat(cluster.endpoints()).as("60 s this time").hasSize(3);
        cluster.sweep(109 * SECOND);
        assertThat(cluster.endpoints()).hasSize(4);
    }

    @Test
    void never_more_are_ejected_than_the_share() {
        var cluster = cluster(settings -> settings);

        four.forEach(endpoint -> answers(cluster, endpoint, SECOND, 500, 500, 500, 500, 500, 500));

        assertThat(cluster.endpoints()).hasSize(2);
        assertThat(cluster(settings -> settings.setMaxEjectionPercent(null))
                        .policy()
                        .outlier())
                .as("10 % of four is nobody")
                .isNotNull()
                .extracting(OutlierSettings::maxEjectionPercent)
                .isEqualTo(10);
    }

    @Test
    void with_everybody_ejected_nobody_is_chosen_unless_a_share_has_to_be_healthy() {
        var strict = cluster(settings -> settings.setMaxEjectionPercent(100));
        var panicking = cluster(settings -> settings.setMaxEjectionPercent(100).setMinHealthPercent(30));

        four.forEach(endpoint -> answers(strict, endpoint, SECOND, 500, 500, 500));
        four.subList(0, 2).forEach(endpoint -> answers(panicking, endpoint, SECOND, 500, 500, 500));
        int halfLeft = panicking.endpoints().size();
        answers(panicking, four.get(2), SECOND, 500, 500, 500);

        assertThat(strict.pick(Given.random(1), List.of())).isNull();
        assertThat(halfLeft).isEqualTo(2);
        assertThat(panicking.endpoints()).as("25 % are fewer than 30 %").hasSize(4);
    }

    @Test
    void gateway_errors_count_by_themselves_where_the_rule_says() {
        var cluster = cluster(settings -> settings.setConsecutive5xxErrors(0).setConsecutiveGatewayErrors(2));

        answers(cluster, bad, SECOND, 500, 500, 500, 503, 500, 503);
        int before = cluster.endpoints().size();
        answers(cluster, bad, SECOND, 504);

        assertThat(before).isEqualTo(4);
        assertThat(cluster.endpoints()).hasSize(3);
    }

    @Test
    void failures_of_ours_count_as_gateway_errors_or_apart() {
        var together = cluster(settings -> settings.setConsecutiveGatewayErrors(2));
        var apart = cluster(
                settings -> settings.setSplitExternalLocalOriginErrors(true).setConsecutiveLocalOriginFailures(2));

        together.onLocalFailure(bad, SECOND);
        answers(together, bad, SECOND, 502);
        answers(apart, bad, SECOND, 500, 500);
        apart.onLocalFailure(bad, SECOND);
        int before = apart.endpoints().size();
        apart.onLocalFailure(bad, SECOND);

        assertThat(together.endpoints()).hasSize(3);
        assertThat(before).isEqualTo(4);
        assertThat(apart.endpoints()).hasSize(3);
    }

    @Test
    void other_statuses_count_instead_of_5xx_where_the_rule_lists_them() {
        var cluster = cluster(settings -> settings.setHttpErrorCodes(List.of(429)));

        answers(cluster, bad, SECOND, 500, 500, 500);
        int before = cluster.endpoints().size();
        answers(cluster, bad, SECOND, 429, 429, 429);

        assertThat(before).isEqualTo(4);
        assertThat(cluster.endpoints()).hasSize(3);
    }

    @Test
    void who_is_ejected_stays_so_when_others_come_and_go() {
        var cluster = cluster(settings -> settings);
        answers(cluster, bad, SECOND, 500, 500, 500);

        cluster.replace(four.subList(0, 3));

        assertThat(cluster.endpoints()).hasSize(2).doesNotContain(bad);
    }

    @Test
    void an_answer_like_the_one_before_changes_nothing() {
        var settings = OutlierSettings.of(OutlierDetection.newBuilder().build());

        HostHealth after = HostHealth.TRUSTED.next(HostHealth.Event.SUCCESS, 5, settings, true);

        assertThat(after).isSameAs(HostHealth.TRUSTED);
    }

    private Cluster checked(UnaryOperator<OutlierDetection.Builder> said) {
        PolicyInForce policy = Policies.inForce(
                Given.policy("default")
                        .setHealthCheck(HealthCheck.newBuilder()
                                .setKind(HealthCheckKind.TCP)
                                .setIntervalUs(1_000_000)
                                .setTimeoutUs(1_000_000)
                                .build())
                        .setTraffic(TrafficPolicy.newBuilder()
                                .setPorts(Map.of())
                                .setOutlierDetection(said.apply(OutlierDetection.newBuilder()
                                                .setConsecutive5xxErrors(3)
                                                .setMaxEjectionPercent(100))
                                        .build())
                                .build())
                        .build(),
                null,
                0);
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
        cluster.replace(four);
        cluster.sweep(0);
        return cluster;
    }

    @Test
    void either_checks_or_answers_make_an_endpoint_unwell_and_both_must_hold_it_well() {
        var cluster = checked(settings -> settings);
        var told = new ArrayList<String>();
        cluster.tellHealthTo(change -> told.add(change.kind() + " " + change.why()));

        cluster.checked(bad, false, "status 503");
        answers(cluster, bad, 0, 500, 500, 500);
        cluster.checked(bad, true, "answers");
        assertThat(cluster.endpoints()).as("still ejected").hasSize(3);
        cluster.sweep(50 * SECOND);

        assertThat(cluster.endpoints()).hasSize(4);
        assertThat(told)
                .containsExactly(
                        "UNHEALTHY status 503",
                        "EJECTED last answer: 500",
                        "HEALTHY answers",
                        "RETURNED ejection is over");
    }

    @Test
    void below_the_share_that_has_to_be_healthy_checks_are_disregarded_too() {
        var strict = checked(settings -> settings);
        var panicking = checked(settings -> settings.setMinHealthPercent(51));

        for (Cluster cluster : List.of(strict, panicking)) {
            cluster.checked(four.get(0), false, "late");
            answers(cluster, four.get(1), 0, 500, 500, 500);
        }

        assertThat(strict.endpoints()).hasSize(2);
        assertThat(panicking.endpoints()).hasSize(4);
    }

    @Test
    void a_check_of_an_endpoint_that_has_left_changes_nothing() {
        var cluster = checked(settings -> settings);
        cluster.replace(four.subList(1, 4));

        cluster.checked(bad, false, "late");
        cluster.replace(four);

        assertThat(cluster.endpoints()).hasSize(4);
    }
}
