package dev.meltemi.telemetry;

import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.AccessEvent;
import dev.meltemi.schemas.telemetry.MeshEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// What stands on the telemetry topics, read from the beginning by an ordinary consumer.
final class ReadTopics implements AutoCloseable {
    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;

    ReadTopics(String bootstrapServers) {
        Map<String, Object> connection = Map.of("bootstrap.servers", bootstrapServers);
        admin = Admin.create(connection);
        consumer = new KafkaConsumer<>(connection, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    void create(Topic<?> topic) throws ExecutionException, InterruptedException {
        admin.createTopics(List.of(new NewTopic(topic.on("mesh."), topic.partitions(), (short) 1)))
                .all()
                .get();
    }

    List<AccessEvent> access() {
        return all(Topics.ACCESS);
    }

    List<MeshEvent> events() {
        return all(Topics.EVENTS);
    }

    private <V> List<V> all(Topic<V> topic) {
        var partitions = consumer.partitionsFor(topic.on("mesh.")).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        var ends = consumer.endOffsets(partitions);
        var values = new ArrayList<V>();
        while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
            consumer.poll(Duration.ofMillis(200)).forEach(found -> values.add(decoded(topic, found.value())));
        }
        return values;
    }

    private static <V> V decoded(Topic<V> topic, byte[] value) {
        try {
            return topic.codec().decode(value);
        } catch (MalformedRecordException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        consumer.close();
        admin.close();
    }
}
