package dev.meltemi.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.telemetry.Gaps.Gap;
import org.junit.jupiter.api.Test;

class GapsTest {
    private final Gaps gaps = new Gaps();

    @Test
    void adjacent_losses_are_one_gap() {
        gaps.add(5, 5);
        gaps.add(6, 9);
        gaps.add(20, 20);

        assertThat(gaps.take()).containsExactly(new Gap(5, 9, 5), new Gap(20, 20, 1));
    }

    @Test
    void what_was_told_is_not_told_again() {
        gaps.add(5, 5);
        gaps.take();

        assertThat(gaps.take()).isEmpty();
    }

    @Test
    void too_many_are_joined_and_the_loss_stays_exact() {
        for (int i = 0; i < 100; i++) {
            gaps.add(2L * i, 2L * i);
        }

        var told = gaps.take();

        assertThat(told).hasSize(64);
        assertThat(told.stream().mapToLong(Gap::lost).sum()).isEqualTo(100);
        assertThat(told.getLast()).isEqualTo(new Gap(126, 198, 37));
    }
}
