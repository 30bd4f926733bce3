package dev.meltemi.kafka;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;

/// One process's access to one broker or cluster: makes the clients, knows whether anybody answers, and turns Kafka's
/// exceptions into sentences.
public final class BrokerConnection implements AutoCloseable {
    private final KafkaSettings settings;
    private final ClientProperties properties;
    private final Failures failures;
    private final Outage outage;
    private @Nullable Admin admin;
    private boolean closed;

    /// Connects only when it is used.
    public BrokerConnection(KafkaSettings settings) {
        this.settings = settings;
        this.properties = new ClientProperties(settings);
        this.failures = new Failures(settings, InstantSource.system());
        this.outage = new Outage(settings.bootstrapServers(), InstantSource.system());
    }

    public KafkaSettings settings() {
        return settings;
    }

    public Outage outage() {
        return outage;
    }

    /// Does nothing when a broker answers.
    ///
    /// @throws BrokerException within the settings' patience when none does
    public void requireReachable() {
        await("asking for the cluster's id", admin().describeCluster().clusterId());
    }

    /// How many brokers answer to the cluster's controller.
    ///
    /// @throws BrokerException when none does
    public int brokers() {
        return await("listing brokers", admin().describeCluster().nodes()).size();
    }

    /// The id and partitions of topics that exist.
    ///
    /// @throws BrokerException when one doesn't, or no broker answers
    public Map<String, TopicDescription> describe(Collection<String> topics) {
        return await("describing " + String.join(", ", topics), describing(topics));
    }

    KafkaFuture<Map<String, TopicDescription>> describing(Collection<String> topics) {
        return admin().describeTopics(topics).allTopicNames();
    }

    /// Made on first use and shared: a client costs a thread and a connection.
    synchronized Admin admin() {
        if (closed) {
            throw new BrokerException("the connection to " + settings.bootstrapServers() + " is closed");
        }
        if (admin == null) {
            admin = client(() -> Admin.create(properties.admin()));
        }
        return admin;
    }

    KafkaConsumer<byte[], byte[]> follower() {
        return client(() -> new KafkaConsumer<>(properties.follower()));
    }

    KafkaConsumer<byte[], byte[]> candidate(String group) {
        return client(() -> new KafkaConsumer<>(properties.candidate(group)));
    }

    KafkaProducer<byte[], byte[]> publisher() {
        return client(() -> new KafkaProducer<>(properties.publisher()));
    }

    KafkaProducer<byte[], byte[]> transactional(String transactionalId) {
        return client(() -> new KafkaProducer<>(properties.transactional(transactionalId)));
    }

    private <C> C client(Supplier<C> make) {
        try {
            return make.get();
        } catch (KafkaException e) {
            throw failure("making a Kafka client", e);
        }
    }

    <T> T await(String doing, KafkaFuture<T> answer) {
        try {
            T value = answer.get(settings.patience().toMillis(), TimeUnit.MILLISECONDS);
            outage.ends();
            return value;
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw failure(doing, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerException("interrupted while " + doing, e);
        }
    }

    BrokerException failure(String doing, Throwable thrown) {
        return failures.of(doing, thrown);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (admin != null) {
            admin.close(Duration.ofSeconds(1));
            admin = null;
        }
    }
}
