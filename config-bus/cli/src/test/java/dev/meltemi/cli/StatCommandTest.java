package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Topics;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StatCommandTest {
    private static final int REQUESTS = 3000;
    private final Operator operator = new Operator();

    /// A known load within a minute: latencies 1 to 1000 ms, evenly; every hundredth a 503; told by both sides.
    @BeforeEach
    void a_known_load() {
        for (int i = 0; i < REQUESTS; i++) {
            int status = i % 100 == 0 ? 503 : 200;
            long micros = (i % 1000 + 1) * 1000L;
            var end = Operator.NOW.minus(Duration.ofMillis(1 + i * 59_000L / REQUESTS));
            for (var reporter : new String[] {"source", "destination"}) {
                write(AccessEvents.toReviews("/reviews/" + i, status)
                        .with("reporter", reporter)
                        .with("duration_us", micros)
                        .with("destination_workload_namespace", "default")
                        .with("destination_principal", "spiffe://cluster.local/ns/default/sa/reviews")
                        .with("source_principal", "spiffe://cluster.local/ns/default/sa/productpage")
                        .with("connection_security_policy", reporter.equals("source") ? "unknown" : "mutual_tls")
                        .at(end.minusNanos(micros * 1000)));
            }
        }
        write(AccessEvents.toReviews("/long-ago", 200).at(Operator.NOW.minus(Duration.ofMinutes(2))));
        operator.runs("reviews-v1", 0);
        operator.runs("reviews-v2", 0);
    }

    private void write(AccessEvents event) {
        operator.bus
                .publish(Write.put(Topics.ACCESS, "productpage-v1~1", event.event()))
                .block();
    }

    @Test
    void each_request_is_counted_once_and_the_numbers_are_right_within_a_percent() {
        int code = operator.types("stat", "svc/reviews", "-o", "json");

        assertThat(code).isZero();
        JsonNode row = JsonMapper.builder().build().readTree(operator.out()).get(0);
        assertThat(row.path("requests").asLong()).isEqualTo(REQUESTS);
        assertThat(row.path("success").asDouble()).isCloseTo(0.99, within(1e-9));
        assertThat(row.path("rps").asDouble()).isCloseTo(REQUESTS / 60.0, within(0.5));
        assertThat(row.path("latencyP50Us").asDouble()).isCloseTo(500_000, within(5_000.0));
        assertThat(row.path("latencyP95Us").asDouble()).isCloseTo(950_000, within(9_500.0));
        assertThat(row.path("latencyP99Us").asDouble()).isCloseTo(990_000, within(9_900.0));
    }

    @Test
    void the_table_has_linkerds_columns() {
        operator.types("stat");

        assertThat(operator.out()).isEqualTo("""
            NAME      MESHED   SUCCESS   RPS       LATENCY_P50   LATENCY_P95   LATENCY_P99
            reviews   2/2      99.00%    50.0rps   500ms         950ms         990ms
            """);
    }

    @Test
    void what_only_the_called_side_saw_is_counted_too() {
        write(AccessEvents.toReviews("/x", 200)
                .with("reporter", "destination")
                .with("source_workload", "cron")
                .at(Operator.NOW.minusSeconds(1)));

        operator.types("stat", "reviews", "-o", "json");

        JsonNode row = JsonMapper.builder().build().readTree(operator.out()).get(0);
        assertThat(row.path("requests").asLong()).isEqualTo(REQUESTS + 1);
    }

    @Test
    void a_stretch_of_the_past_is_looked_at_by_its_bounds() {
        operator.types("stat", "--from", "2026-01-02T03:01:30Z", "--to", "2026-01-02T03:02:30Z", "-o", "json");

        JsonNode row = JsonMapper.builder().build().readTree(operator.out()).get(0);
        assertThat(row.path("requests").asLong()).isEqualTo(1);
    }

    @Test
    void edges_say_who_spoke_to_whom_and_that_it_was_secured() {
        operator.types("edges");

        assertThat(operator.out()).isEqualTo("""
            SRC              DST          SRC_NS    DST_NS    CLIENT_ID                                      SERVER_ID                                 SECURED
            productpage-v1   reviews-v2   default   default   spiffe://cluster.local/ns/default/sa/productpage   spiffe://cluster.local/ns/default/sa/reviews   √
            """.replaceAll(
                        "CLIENT_ID +SERVER_ID +SECURED",
                        "CLIENT_ID                                          SERVER_ID                 "
                                + "                     SECURED"));
    }
}
