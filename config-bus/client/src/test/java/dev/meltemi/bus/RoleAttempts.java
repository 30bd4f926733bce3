package dev.meltemi.bus;

import dev.meltemi.kafka.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// What somebody's connection can do, found by doing it. Anything but a success and a refusal is a failure.
final class RoleAttempts implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final byte[] ANYTHING = "anything".getBytes(StandardCharsets.UTF_8);

    private final Map<String, Object> connection;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private final Map<String, KafkaProducer<byte[], byte[]>> transactional = new HashMap<>();

    RoleAttempts(KafkaSettings settings) {
        this.connection = settings.connection();
        var reading = new HashMap<>(connection);
        reading.put("allow.auto.create.topics", false);
        reading.put("auto.offset.reset", "earliest");
        this.consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /// Whether a record of partition 0 arrives.
    boolean reads(String topic) {
        var partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long until = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (System.nanoTime() < until) {
                if (!consumer.poll(Duration.ofMillis(200)).isEmpty()) {
                    return true;
                }
            }
        } catch (AuthorizationException e) {
            return false;
        }
        throw new AssertionError("neither a record of " + topic + " nor a refusal within " + PATIENCE);
    }

    /// Whether a record to partition 0 is acknowledged, by an idempotent producer with acks=all.
    boolean writes(String topic) {
        var used = producer == null ? made(Map.of()) : producer;
        producer = used;
        try {
            return acknowledged(used, topic);
        } catch (KafkaException broken) {
            // a producer that was refused its very id (no topic to write to at all) is of no use any more
            used.close(Duration.ZERO);
            producer = null;
            if (broken instanceof AuthorizationException || broken.getCause() instanceof AuthorizationException) {
                return false;
            }
            throw broken;
        }
    }

    /// Whether it may be the writer of that name.
    boolean takesOver(String transactionalId) {
        try (var writer = made(Map.of("transactional.id", transactionalId))) {
            writer.initTransactions();
            return true;
        } catch (AuthorizationException e) {
            return false;
        }
    }

    boolean commits(String transactionalId, String topic) {
        var writer = transactional.computeIfAbsent(transactionalId, id -> {
            var made = made(Map.of("transactional.id", id));
            made.initTransactions();
            return made;
        });
        writer.beginTransaction();
        if (acknowledged(writer, topic)) {
            writer.commitTransaction();
            return true;
        }
        writer.abortTransaction();
        return false;
    }

    private static boolean acknowledged(KafkaProducer<byte[], byte[]> producer, String topic) {
        try {
            producer.send(new ProducerRecord<>(topic, 0, ANYTHING, ANYTHING)).get(15, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthorizationException) {
                return false;
            }
            throw new AssertionError("writing to " + topic, e);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer about " + topic, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private KafkaProducer<byte[], byte[]> made(Map<String, Object> more) {
        var all = new HashMap<>(connection);
        all.put("acks", "all");
        all.put("enable.idempotence", true);
        all.put("linger.ms", 0);
        all.putAll(more);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void close() {
        consumer.close();
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
        transactional.values().forEach(writer -> writer.close(Duration.ZERO));
    }
}
