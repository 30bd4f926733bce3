package dev.meltemi.telemetry;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// What became of the entries that the producer took, and so whether the broker answers. Written by the sender
/// and by the producer's thread.
final class Deliveries {
    /// Silence with something on its way that counts as a lost broker.
    static final Duration STALLED = Duration.ofSeconds(3);

    private final LongSupplier nanoTime;
    private final AtomicLong handedOver = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile long lastProgress;
    private final AtomicBoolean answering = new AtomicBoolean();
    private final AtomicLong outages = new AtomicLong();

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
        answered();
        sent.incrementAndGet();
    }

    void failed() {
        failed.incrementAndGet();
    }

    /// The broker took something, an entry or an event.
    void answered() {
        noticeSilence();
        lastProgress = nanoTime.getAsLong();
        answering.set(true);
    }

    /// True from the first answer until an entry waits too long for one.
    boolean connected() {
        noticeSilence();
        return answering.get();
    }

    /// How often the broker was lost: also when it was back before anybody asked.
    long outages() {
        return outages.get();
    }

    private void noticeSilence() {
        boolean silent = onTheirWay() > 0 && nanoTime.getAsLong() - lastProgress > STALLED.toNanos();
        if (silent && answering.compareAndSet(true, false)) {
            outages.incrementAndGet();
        }
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
