package dev.meltemi.bus;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.kafka.LogEvent;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/// Kafka's records as events of the catalogue's topics, and back.
final class KafkaRecords {
    private final Map<String, Topic<?>> byName = new LinkedHashMap<>();

    private final IntPredicate learns;

    /// @param learns as {@link Records#event} wants it
    KafkaRecords(List<Topic<?>> topics, String prefix, IntPredicate learns) {
        this.learns = learns;
        topics.forEach(topic -> byName.put(topic.on(prefix), topic));
    }

    List<String> names() {
        return List.copyOf(byName.keySet());
    }

    TopicEvent<?> event(LogEvent event) {
        return event(Objects.requireNonNull(byName.get(event.topic()), event.topic()), event);
    }

    private <V> TopicEvent<V> event(Topic<V> topic, LogEvent event) {
        return switch (event) {
            case LogEvent.Appended appended ->
                Records.event(
                        topic,
                        appended.record().key(),
                        appended.record().value(),
                        headers(appended.record()),
                        offset(appended),
                        learns);
            case LogEvent.Advanced advanced ->
                new TopicEvent.Progress<>(topic, advanced.topicId(), advanced.positions());
            case LogEvent.CaughtUp reached -> new TopicEvent.CaughtUp<>(topic, reached.topicId());
            case LogEvent.Replaced replaced -> new TopicEvent.Replaced<>(topic, replaced.before(), replaced.now());
        };
    }

    static <V> ProducerRecord<byte[], byte[]> record(Write<V> write, String prefix) {
        var headers = new ArrayList<Header>();
        for (var header : write.headers().all()) {
            headers.add(new RecordHeader(header.name(), header.value()));
        }
        var value = write.value();
        return new ProducerRecord<>(
                write.topic().on(prefix),
                null,
                write.key().getBytes(StandardCharsets.UTF_8),
                value == null ? null : write.topic().codec().encode(value),
                headers);
    }

    private static Headers headers(ConsumerRecord<byte[], byte[]> record) {
        var all = new ArrayList<Headers.Header>();
        for (var header : record.headers()) {
            all.add(new Headers.Header(header.key(), header.value() == null ? new byte[0] : header.value()));
        }
        return all.isEmpty() ? Headers.NONE : new Headers(all);
    }

    static Offset offset(RecordMetadata written, String topicId) {
        return new Offset(topicId, written.partition(), written.offset(), Instant.ofEpochMilli(written.timestamp()));
    }

    private static Offset offset(LogEvent.Appended appended) {
        var record = appended.record();
        return new Offset(
                appended.topicId(), record.partition(), record.offset(), Instant.ofEpochMilli(record.timestamp()));
    }
}
