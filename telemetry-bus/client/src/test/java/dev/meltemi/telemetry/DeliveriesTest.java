package dev.meltemi.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeliveriesTest {
    private long now;
    private final Deliveries deliveries = new Deliveries(() -> now);

    @Test
    void the_first_answer_connects() {
        deliveries.handedOver();
        assertThat(deliveries.connected()).isFalse();

        deliveries.acknowledged();

        assertThat(deliveries.connected()).isTrue();
        assertThat(deliveries.sent()).isEqualTo(1);
    }

    @Test
    void an_entry_without_an_answer_for_three_seconds_means_a_lost_broker() {
        deliveries.answered();
        pass(Duration.ofSeconds(60));
        deliveries.handedOver();
        pass(Duration.ofSeconds(3));
        assertThat(deliveries.connected()).isTrue();

        pass(Duration.ofMillis(1));

        assertThat(deliveries.connected()).isFalse();
    }

    @Test
    void an_outage_that_was_over_before_anybody_asked_counts() {
        deliveries.answered();
        deliveries.handedOver();
        pass(Duration.ofSeconds(4));

        deliveries.acknowledged();

        assertThat(deliveries.connected()).isTrue();
        assertThat(deliveries.outages()).isEqualTo(1);
    }

    @Test
    void silence_with_nothing_on_its_way_is_no_loss() {
        deliveries.answered();

        pass(Duration.ofHours(1));

        assertThat(deliveries.connected()).isTrue();
    }

    @Test
    void what_failed_or_was_taken_back_is_not_on_its_way() {
        deliveries.handedOver();
        deliveries.handedOver();
        deliveries.handedOver();

        deliveries.failed();
        deliveries.takenBack();

        assertThat(deliveries.onTheirWay()).isEqualTo(1);
        assertThat(deliveries.lost()).isEqualTo(1);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
