package dev.meltemi.telemetry;

import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.MeshEvent;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/// What happened to this instance, on its way to `mesh.telemetry.events`. Keeps the newest while the broker is
/// away.
final class EventOutbox {
    private static final int CAPACITY = 256;
    /// Rest after a refusal: an attempt may hold up the sender, whose first duty are the access entries.
    private static final long AFTER_REFUSAL = TimeUnit.SECONDS.toNanos(10);

    private final SequencedRing<MeshEvent> waiting = new SequencedRing<>(CAPACITY);
    private final String instance;
    private final String topic;
    private final byte[] key;
    private final Deliveries deliveries;
    private @Nullable MeshEvent next;
    private long notBefore = System.nanoTime();
    private @Nullable Exception refusal;

    EventOutbox(AccessLog.Settings settings, byte[] key, Deliveries deliveries) {
        this.instance = settings.instance();
        this.topic = Topics.EVENTS.on(settings.kafka().prefix());
        this.key = key;
        this.deliveries = deliveries;
    }

    /// From any thread.
    void add(String type, String detail) {
        add(type, -1, -1, detail);
    }

    void gap(Gaps.Gap gap) {
        add("gap", gap.first(), gap.last(), "lost=" + gap.lost());
    }

    /// On the sender's thread. Stops at the first refusal and goes on with the same event later.
    ///
    /// @return the refusal; null when there was none
    @Nullable
    Exception flush(Producer<byte[], byte[]> producer) {
        if (System.nanoTime() - notBefore < 0) {
            return null;
        }
        for (next = next == null ? poll() : next; next != null; next = poll()) {
            refusal = null;
            Thread sender = Thread.currentThread();
            var _ = producer.send(
                    new ProducerRecord<>(topic, key, Topics.EVENTS.codec().encode(next)), (metadata, failure) -> {
                        if (failure == null) {
                            deliveries.answered();
                        } else if (sender.equals(Thread.currentThread())) {
                            refusal = failure;
                        }
                    });
            if (refusal != null) {
                notBefore = System.nanoTime() + AFTER_REFUSAL;
                return refusal;
            }
        }
        return null;
    }

    private @Nullable MeshEvent poll() {
        var item = waiting.poll();
        return item == null ? null : item.value();
    }

    private void add(String type, long first, long last, String detail) {
        waiting.offer(MeshEvent.newBuilder()
                .setInstance(instance)
                .setTime(Instant.now())
                .setType(type)
                .setFirstSequence(first)
                .setLastSequence(last)
                .setDetail(detail)
                .build());
    }
}
