package dev.meltemi.telemetry;

import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.access.AccessEntryEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// One thread that takes entries from the ring, encodes them and gives them to the producer. It may wait for the
/// broker; the ring then drops its oldest.
final class AccessSender implements Runnable {
    /// Rest when the ring is empty. Writers wake nobody, because that costs them a system call; the producer
    /// waits longer than this for a batch anyway.
    private static final long REST = TimeUnit.MILLISECONDS.toNanos(50);
    /// Rest while entries keep coming. Short, so that they are still young garbage when they are gone: entries that
    /// waited 50 ms outlived a small young generation, and collecting them took a fifth of a busy sidecar's CPU.
    private static final long SHORT_REST = TimeUnit.MILLISECONDS.toNanos(4);
    /// Rest after the producer refused: missing topic, no permission, no metadata.
    private static final long AFTER_REFUSAL = TimeUnit.MILLISECONDS.toNanos(250);
    /// Rest before another producer shows a certificate: each costs both sides a handshake.
    private static final long AFTER_BAD_CERTIFICATE = TimeUnit.SECONDS.toNanos(1);
    /// Between two looks at gaps and connection.
    private static final long REPORT_EVERY = TimeUnit.SECONDS.toNanos(1);

    private final SequencedRing<AccessEntry> ring;
    private final AccessEntryEncoder encoder;
    private final AccessLog.Settings settings;
    private final String topic;
    private final byte[] key;
    private final Deliveries deliveries = new Deliveries(System::nanoTime);
    private final Gaps gaps = new Gaps();
    private final EventOutbox events;
    private final ConnectionReport report;
    private final Thread thread;
    private volatile long stopBy = Long.MAX_VALUE;
    private volatile boolean closing;
    private @Nullable Producer<byte[], byte[]> producer;
    private long expected;
    private @Nullable Exception refusal;

    private AccessSender(AccessLog.Settings settings, SequencedRing<AccessEntry> ring) {
        this.settings = settings;
        this.ring = ring;
        this.encoder = new AccessEntryEncoder(settings.instance());
        this.topic = Topics.ACCESS.on(settings.kafka().prefix());
        this.key = settings.instance().getBytes(StandardCharsets.UTF_8);
        this.events = new EventOutbox(settings, key, deliveries);
        this.report = new ConnectionReport(settings.instance(), events);
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("telemetry-" + settings.instance())
                .unstarted(this);
    }

    static AccessSender start(AccessLog.Settings settings, SequencedRing<AccessEntry> ring) {
        var sender = new AccessSender(settings, ring);
        sender.thread.start();
        return sender;
    }

    void tell(String type, String detail) {
        events.add(type, detail);
    }

    boolean connected() {
        return deliveries.connected();
    }

    AccessLog.Counters counters() {
        return new AccessLog.Counters(
                deliveries.sent(), ring.dropped() + deliveries.lost(), ring.size() + deliveries.onTheirWay());
    }

    void close(Duration patience) {
        stopBy = System.nanoTime() + patience.toNanos();
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(patience.plusMillis(2L * ProducerSettings.MAX_BLOCK));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        SequencedRing.@Nullable Item<AccessEntry> item = null;
        // not at once: making a producer takes time that a start has better use for
        long reportAt = System.nanoTime() + REPORT_EVERY;
        boolean busy = false;
        while (goesOn(item)) {
            if (System.nanoTime() >= reportAt) {
                reportAt = System.nanoTime() + REPORT_EVERY;
                housekeeping();
            }
            item = item == null ? next() : item;
            if (item == null) {
                LockSupport.parkNanos(busy ? SHORT_REST : REST);
                busy = false;
            } else if (taken(item)) {
                item = null;
                busy = true;
            } else {
                LockSupport.parkNanos(AFTER_REFUSAL);
            }
        }
        finish();
    }

    private boolean goesOn(SequencedRing.@Nullable Item<AccessEntry> item) {
        if (!closing) {
            return true;
        }
        return (item != null || ring.size() > 0) && System.nanoTime() < stopBy;
    }

    private SequencedRing.@Nullable Item<AccessEntry> next() {
        var item = ring.poll();
        if (item != null) {
            if (item.sequence() != expected) {
                gaps.add(expected, item.sequence() - 1);
            }
            expected = item.sequence() + 1;
        }
        return item;
    }

    /// @return false when it is to be tried again
    private boolean taken(SequencedRing.Item<AccessEntry> item) {
        refusal = null;
        byte[] value = encoder.encode(item.value(), item.sequence());
        deliveries.handedOver();
        try {
            var _ = producer()
                    .send(
                            new ProducerRecord<>(topic, key, value),
                            (metadata, failure) -> delivered(item.sequence(), failure));
        } catch (KafkaException e) {
            // The producer itself is broken, not this record: the next attempt makes another.
            refusal = e;
            abandonProducer();
        }
        if (refusal == null) {
            return true;
        }
        if (refusal instanceof RecordTooLargeException) {
            lost(item.sequence());
            return true;
        }
        deliveries.takenBack();
        report.refused(refusal);
        abandonWhenUnauthenticated(refusal);
        return false;
    }

    /// On the producer's thread, or on ours from within `send` when the producer never took the record.
    private void delivered(long sequence, @Nullable Exception failure) {
        if (failure == null) {
            deliveries.acknowledged();
        } else if (thread.equals(Thread.currentThread())) {
            refusal = failure;
        } else {
            lost(sequence);
        }
    }

    private void lost(long sequence) {
        deliveries.failed();
        gaps.add(sequence, sequence);
    }

    private void housekeeping() {
        // asked in this order, so that an outage that begins in between is told the next time
        long outages = deliveries.outages();
        report.now(deliveries.connected(), outages, counters());
        for (var gap : gaps.take()) {
            events.gap(gap);
        }
        try {
            abandonWhenUnauthenticated(events.flush(producer()));
        } catch (KafkaException e) {
            report.refused(e);
            abandonProducer();
        }
    }

    private void finish() {
        housekeeping();
        if (producer != null) {
            producer.close(Duration.ofNanos(Math.max(0, stopBy - System.nanoTime())));
        }
        report.closed(counters());
    }

    private Producer<byte[], byte[]> producer() {
        if (producer == null) {
            producer = new KafkaProducer<>(
                    ProducerSettings.of(settings), new ByteArraySerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    /// An idempotent producer that was refused while it asked for its id never asks again (kafka-clients 4.3.1): with
    /// a better certificate it would take entries, and deliver none.
    private void abandonWhenUnauthenticated(@Nullable Exception refused) {
        if (refused instanceof AuthenticationException) {
            abandonProducer();
            LockSupport.parkNanos(AFTER_BAD_CERTIFICATE);
        }
    }

    private void abandonProducer() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }
}
