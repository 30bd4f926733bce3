package dev.meltemi.telemetry;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// What became of the entries that the producer took, and so whether the broker answers. Written by the sender and
/// by the producer's thread.
final class Deliveries {
    /// Silence with something on its way that counts as a lost broker.
    static final Duration STALLED = Duration.ofSeconds(3);

    private final LongSupplier nanoTime;
    private final AtomicLong handedOver = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile long lastProgress;
    private volatile boolean answering;

    Deliveries(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void handedOver() {
        if (onTheirWay() == 0) {
            lastProgress = nanoTime.getAsLong();
        }
        handedOver.incrementAndGet();
    }

    /// The producer gave it back at once.
    void takenBack() {
        handedOver.decrementAndGet();
    }

    void acknowledged() {
        sent.incrementAndGet();
        answered();
    }

    void failed() {
        failed.incrementAndGet();
    }

    /// The broker took something, an entry or an event.
    void answered() {
        lastProgress = nanoTime.getAsLong();
        answering = true;
    }

    /// True from the first answer until an entry waits too long for one.
    boolean connected() {
        if (answering && onTheirWay() > 0 && nanoTime.getAsLong() - lastProgress > STALLED.toNanos()) {
            answering = false;
        }
        return answering;
    }

    long sent() {
        return sent.get();
    }

    long lost() {
        return failed.get();
    }

    long onTheirWay() {
        return Math.max(0, handedOver.get() - sent.get() - failed.get());
    }
}
