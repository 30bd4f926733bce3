package dev.meltemi.admission;

import java.time.Duration;
import java.time.Instant;

/// How often the status of one key may be written: twice at once, then twice a second.
///
/// @param tokens at that time
record TokenBucket(double tokens, Instant at) {
    private static final double BURST = 2;
    private static final double PER_SECOND = 2;
    /// Partial counts wait so long after the write before, so that a wave of heartbeats gives few of them.
    private static final Duration PARTIAL = Duration.ofMillis(500);

    static TokenBucket full(Instant now) {
        return new TokenBucket(BURST, now);
    }

    /// A verdict is never delayed; without a token it is written on credit of nobody.
    TokenBucket afterVerdict(Instant now) {
        return new TokenBucket(Math.max(0, available(now) - 1), now);
    }

    boolean allowsFullCount(Instant now) {
        return available(now) >= 1;
    }

    boolean allowsPartialCount(Instant now) {
        return available(now) >= 1 && !Duration.between(at, now).minus(PARTIAL).isNegative();
    }

    TokenBucket afterCount(Instant now) {
        return new TokenBucket(available(now) - 1, now);
    }

    boolean isFull(Instant now) {
        return available(now) >= BURST;
    }

    private double available(Instant now) {
        double refilled = Math.max(0, Duration.between(at, now).toMillis()) * PER_SECOND / 1000;
        return Math.min(BURST, tokens + refilled);
    }
}
