package dev.meltemi.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    @Test
    void the_full_count_may_follow_the_verdict_at_once() {
        var bucket = TokenBucket.full(START).afterVerdict(START);

        assertThat(bucket.allowsFullCount(START)).isTrue();
        assertThat(bucket.afterCount(START).allowsFullCount(START)).isFalse();
    }

    @Test
    void a_partial_count_waits_half_a_second() {
        var bucket = TokenBucket.full(START).afterVerdict(START);

        assertThat(bucket.allowsPartialCount(START.plusMillis(499))).isFalse();
        assertThat(bucket.allowsPartialCount(START.plusMillis(500))).isTrue();
    }

    @Test
    void counts_come_to_two_a_second() {
        var bucket = TokenBucket.full(START).afterVerdict(START);
        int counts = 0;
        for (int ms = 0; ms < 10_000; ms += 10) {
            var now = START.plusMillis(ms);
            if (bucket.allowsFullCount(now)) {
                bucket = bucket.afterCount(now);
                counts++;
            }
        }

        assertThat(counts).isEqualTo(1 + 19);
    }

    @Test
    void a_verdict_is_never_refused_and_makes_no_debt() {
        var bucket = TokenBucket.full(START);
        for (int i = 0; i < 100; i++) {
            bucket = bucket.afterVerdict(START);
        }

        assertThat(bucket.allowsFullCount(START.plusMillis(500))).isTrue();
    }
}
