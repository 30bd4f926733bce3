package dev.meltemi.kafka;

import java.time.Duration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/// One producer for single records, made on first use; durable when the answer comes (acks=all, idempotent).
public final class Publisher implements AutoCloseable {
    private final BrokerConnection connection;
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private boolean closed;

    public Publisher(BrokerConnection connection) {
        this.connection = connection;
    }

    /// Fails with a {@link BrokerException} within the settings' patience. Off the caller's thread: the first call for
    /// a topic waits for its metadata.
    public Mono<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
        return Mono.<RecordMetadata>create(sink -> send(record, sink)).subscribeOn(Schedulers.boundedElastic());
    }

    private void send(ProducerRecord<byte[], byte[]> record, MonoSink<RecordMetadata> sink) {
        KafkaProducer<byte[], byte[]> used = null;
        try {
            used = producer();
            var from = used;
            var _ = from.send(record, (written, e) -> {
                if (e == null) {
                    sink.success(written);
                } else {
                    if (e instanceof AuthenticationException || e instanceof ClusterAuthorizationException) {
                        abandon(from);
                    }
                    sink.error(connection.failure("writing to " + record.topic(), e));
                }
            });
        } catch (KafkaException | BrokerException e) {
            if (used != null && e instanceof KafkaException) {
                abandon(used);
            }
            sink.error(connection.failure("writing to " + record.topic(), e));
        }
    }

    /// An idempotent producer that was refused once is refused for ever: the next record gets another one.
    private synchronized void abandon(KafkaProducer<byte[], byte[]> refused) {
        if (refused.equals(producer)) {
            producer = null;
        }
        refused.close(Duration.ZERO);
    }

    private synchronized KafkaProducer<byte[], byte[]> producer() {
        if (closed) {
            throw new BrokerException(
                    "the publisher to " + connection.settings().bootstrapServers() + " is closed");
        }
        if (producer == null) {
            producer = connection.publisher();
        }
        return producer;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
            producer = null;
        }
    }
}
