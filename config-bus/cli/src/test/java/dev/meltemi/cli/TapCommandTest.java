package dev.meltemi.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.Topics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
class TapCommandTest {
    private final Operator operator = new Operator();

    @BeforeEach
    void threeRequests() {
        tell(AccessEvents.toReviews("/reviews/1", 200));
        tell(AccessEvents.toReviews("/reviews/2", 503).with("response_flags", "UH"));
        tell(AccessEvents.toReviews("/health", 200)
                .with("method", "POST")
                .with("reporter", "destination")
                .with("destination_workload", "reviews-v1"));
    }

    private void tell(AccessEvents event) {
        operator.bus
                .publish(Write.put(Topics.ACCESS, "productpage-v1~1", event.event()))
                .block();
    }

    @Test
    void a_request_is_one_line_with_who_what_how_long_and_by_which_rule() {
        int code = operator.types("tap", "svc/reviews", "--since", "10m", "--max", "1");

        assertThat(code).isZero();
        assertThat(operator.out())
                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} productpage-v1 → reviews-v2 GET reviews:9080/reviews/1 200 -"
                        + " 3\\.2ms rule=VirtualService/default/reviews route=reviews\\.all offset=1842\n");
    }

    @Test
    void wide_has_linkerds_three_lines() {
        operator.types("tap", "reviews", "--since=10m", "--max=1", "-o", "wide");

        assertThat(operator.out().lines())
                .satisfiesExactly(
                        req -> assertThat(req)
                                .startsWith("req id=0 proxy=out src=")
                                .contains(":method=GET :authority="),
                        rsp -> assertThat(rsp).startsWith("rsp id=0 ").contains(":status=200 latency=2900µs"),
                        end -> assertThat(end).startsWith("end id=0 ").contains("duration=3200µs response-length=0B"));
    }

    @Test
    void jsonl_is_one_object_a_line_with_the_topics_field_names() {
        operator.types("tap", "--since=10m", "--max=2", "-o", "jsonl");

        var events = operator.out()
                .lines()
                .map(line -> JsonMapper.builder().build().readTree(line))
                .toList();
        assertThat(events).hasSize(2);
        assertThat(events.getLast().get("response_code").intValue()).isEqualTo(503);
        assertThat(events.getLast().get("path").stringValue()).isEqualTo("/reviews/2");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
        --status=5xx,                         id/reviews/2
        --status=503,                         id/reviews/2
        --path=/reviews/2,                    id/reviews/2
        --method=post --reporter=both,        id/health
        --to=deploy/reviews-v1 --reporter=both, id/health
        --reporter=destination,               id/health
        --from=deploy/productpage-v1,         id/reviews/1
        --to=svc/reviews.default,             id/reviews/1
        """)
    void filters_leave_what_was_asked_for(String words, String first) {
        var typed = ("tap --since=10m --max=1 -o name " + words).split(" ");

        assertThat(operator.types(typed)).isZero();
        assertThat(operator.out()).isEqualTo(first + "\n");
    }

    @Test
    void nothing_within_the_time_is_said_with_where_to_look() {
        int code = operator.types("tap", "svc/ratings", "--since=10m", "--timeout=100ms");

        assertThat(code).isZero();
        assertThat(operator.out()).isEmpty();
        assertThat(operator.err()).contains("No request matched").contains("proxy-status");
    }

    @Test
    void without_since_the_past_is_not_shown() {
        operator.types("tap", "--timeout=100ms");

        assertThat(operator.out()).isEmpty();
    }
}
