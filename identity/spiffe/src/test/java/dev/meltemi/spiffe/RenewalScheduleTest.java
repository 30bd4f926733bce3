package dev.meltemi.spiffe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RenewalScheduleTest {
    @Test
    void renewals_spread_over_the_time_before_half_life() {
        var issued = Instant.EPOCH;
        var random = new Random(7);

        var hours = IntStream.range(0, 1000)
                .mapToObj(_ -> RenewalSchedule.renewAt(issued, issued.plus(Duration.ofHours(24)), random))
                .map(at -> Duration.between(issued, at).toMinutes() / 60.0)
                .toList();

        assertThat(hours).allMatch(hour -> hour >= 7.9 && hour < 12.0);
        assertThat(hours.stream().filter(hour -> hour < 10).count()).isBetween(400L, 600L);
    }

    @Test
    void pauses_double_up_to_half_a_minute_and_are_never_the_same_for_all() {
        var random = new Random(7);

        var pauses = IntStream.rangeClosed(1, 1000)
                .mapToObj(failures -> RenewalSchedule.pauseAfter(failures, random))
                .toList();

        assertThat(pauses.getFirst()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        assertThat(pauses.get(3)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
        assertThat(pauses.subList(10, 1000))
                .allMatch(pause ->
                        pause.compareTo(Duration.ofSeconds(15)) >= 0 && pause.compareTo(Duration.ofSeconds(30)) <= 0);
        assertThat(pauses.subList(10, 1000).stream().distinct().count()).isGreaterThan(900);
    }
}
