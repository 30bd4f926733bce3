package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.TrafficPolicy.Algorithm;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Annotations that say what Istio's API has no word for.
class ExtensionsTest {
    private static Verdict judged(String annotation, String policy) {
        return Documents.judge("""
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata:
              name: reviews
              annotations:
                %s
            spec:
              host: reviews
              trafficPolicy: %s
            """.formatted(annotation, policy), Optional.empty());
    }

    private static DestinationRule rule(String annotation, String policy) {
        var accepted = (Verdict.Accepted) judged(annotation, policy);
        return (DestinationRule) accepted.resource();
    }

    @Test
    void peak_ewma_is_the_rules_balancer_and_leaves_its_other_blocks() {
        var rule = rule("meltemi.dev/load-balancer: PEAK_EWMA", "{connectionPool: {http: {maxRetries: 3}}}");

        var blocks = rule.trafficPolicy().orElseThrow().blocks();
        assertThat(blocks.loadBalancer().orElseThrow().algorithm()).isEqualTo(Algorithm.PEAK_EWMA);
        assertThat(blocks.connectionPool().orElseThrow().maxRetries()).hasValue(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "meltemi.dev/load-balancer: LEAST_TIME | {} | expected PEAK_EWMA",
                "meltemi.dev/load-balancer: PEAK_EWMA | {loadBalancer: {simple: RANDOM}} | can't stand beside",
                "meltemi.dev/load-balancer: PEAK_EWMA | {loadBalancer: {consistentHash: {useSourceIp: true}}} | can't"
                        + " stand",
                "meltemi.dev/health-check: ping | {connectionPool: {}} | expected http, tcp or grpc",
                "meltemi.dev/health-check: tcp path=/x | {} | path is for http",
                "meltemi.dev/health-check: http service=x | {} | service is for grpc",
                "meltemi.dev/health-check: http path=x | {} | begins with /",
                "meltemi.dev/health-check: http interval=1ms | {} | 100ms to 1h",
                "meltemi.dev/health-check: http interval=1s timeout=2s | {} | longer than interval",
                "meltemi.dev/health-check: http healthy=0 | {} | expected 1 to 100",
                "meltemi.dev/health-check: http healthy=1 healthy=2 | {} | is there twice",
                "meltemi.dev/health-check: http every=1s | {} | expected NAME=VALUE"
            })
    void what_an_annotation_says_is_checked(String annotation, String policy, String words) {
        assertThat(judged(annotation, policy)).asString().contains(words);
        assertThat(judged(annotation, policy)).isInstanceOf(Verdict.Rejected.class);
    }

    @Test
    void a_health_check_is_read_with_its_defaults() {
        var rule = rule("meltemi.dev/health-check: http path=/healthz interval=5s", "{tls: {mode: DISABLE}}");

        assertThat(rule.healthCheck())
                .contains(new HealthCheck(
                        HealthCheck.Kind.HTTP, "/healthz", "", "", Duration.ofSeconds(5), Duration.ofSeconds(1), 2, 3));
    }
}
