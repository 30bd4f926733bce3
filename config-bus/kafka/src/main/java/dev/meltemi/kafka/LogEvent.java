package dev.meltemi.kafka;

import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// What a reader of topics meets; topics by their full names, records as bytes.
public sealed interface LogEvent {
    String topic();

    record Appended(String topic, String topicId, ConsumerRecord<byte[], byte[]> record) implements LogEvent {}

    /// The next offset to be read, for every partition. Said again every few seconds while the broker confirms it.
    record Advanced(String topic, String topicId, Map<Integer, Long> positions) implements LogEvent {}

    /// Everything that stood on the topic when reading began has been delivered.
    record CaughtUp(String topic, String topicId) implements LogEvent {}

    /// Deleted and created again; reading goes on at the new topic's beginning, and it will be caught up once more.
    record Replaced(String topic, String before, String now) implements LogEvent {}
}
