package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every command that needs the bus says the same when there is none, soon and in the same form.
@Timeout(30)
class UnreachableBrokerTest {
    private static final String REVIEWS = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: default}
        spec:
          hosts: [reviews]
          http:
          - route:
            - destination: {host: reviews, subset: v2}
        """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get vs",
                "tap",
                "proxy-status",
                "apply -f -",
                "diff -f -",
                "delete vs reviews",
                "wait vs/reviews --for=applied",
                "topics create",
                "version --remote"
            })
    void it_ends_with_69_and_names_the_broker_why_and_what_next(String words) {
        var operator = new Operator().withoutBroker().piping(REVIEWS);
        long started = System.nanoTime();

        int code = operator.types((words + " --bootstrap-servers broker.example:9092").split(" "));

        assertThat(code).isEqualTo(ExitCode.UNAVAILABLE).isEqualTo(69);
        assertThat(operator.err())
                .startsWith("error: ")
                .contains("broker.example:9092")
                .contains("connection refused")
                .contains("meltemi broker");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    }
}
