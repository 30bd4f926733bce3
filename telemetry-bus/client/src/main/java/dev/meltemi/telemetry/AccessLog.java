package dev.meltemi.telemetry;

import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.schemas.access.AccessEntry;
import java.time.Duration;

/// Where an instance's access entries go to `mesh.telemetry.access`. A bounded ring stands before the producer: a
/// slow or dead broker costs entries, never a request. What is lost is a hole in the numbers of an instance's
/// events, a count, and a `gap` on `mesh.telemetry.events`.
public final class AccessLog implements AutoCloseable {
    private final SequencedRing<AccessEntry> ring;
    private final AccessSender sender;

    /// @param instance id of the instance, the key of its events
    /// @param kafka how to reach the broker, and the topics' prefix
    /// @param capacity most entries that wait, a power of two; an entry takes about 700 bytes
    public record Settings(String instance, KafkaSettings kafka, int capacity) {
        public static final int DEFAULT_CAPACITY = 8192;

        public static Settings of(String instance, KafkaSettings kafka) {
            return new Settings(instance, kafka, DEFAULT_CAPACITY);
        }
    }

    /// @param sent acknowledged by the broker
    /// @param dropped lost for good: displaced in the ring, refused by the broker, or expired before it answered
    /// @param waiting in the ring or on their way
    public record Counters(long sent, long dropped, long waiting) {}

    private AccessLog(SequencedRing<AccessEntry> ring, AccessSender sender) {
        this.ring = ring;
        this.sender = sender;
    }

    /// Returns at once, whether there is a broker or not.
    public static AccessLog start(Settings settings) {
        var ring = new SequencedRing<AccessEntry>(settings.capacity());
        return new AccessLog(ring, AccessSender.start(settings, ring));
    }

    /// Never blocks, never throws; for any number of threads.
    ///
    /// @return false when the ring was full, so that an entry, the oldest, was lost
    public boolean offer(AccessEntry entry) {
        return ring.offer(entry);
    }

    /// Something happened to the instance: a record on `mesh.telemetry.events`. Never blocks; the oldest of too
    /// many waiting ones are dropped.
    ///
    /// @param type `revision_applied`, `revision_refused`, `draining`
    public void tell(String type, String detail) {
        sender.tell(type, detail);
    }

    public Counters counters() {
        return sender.counters();
    }

    /// Whether the broker answers; true before anything was sent.
    public boolean connected() {
        return sender.connected();
    }

    /// Sends what waits, as far as the broker takes it within that time; then gives up.
    public void close(Duration patience) {
        sender.close(patience);
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(2));
    }
}
