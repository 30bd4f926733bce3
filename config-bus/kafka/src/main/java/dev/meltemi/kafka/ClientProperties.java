package dev.meltemi.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Kafka's own settings, sized for a sidecar of 32 to 64 MB heap: a client with the defaults needs more than that while
/// it catches up.
final class ClientProperties {
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    /// The catalogue's largest records are 2 MiB; the rest is for key, headers and framing.
    private static final int LARGEST_REQUEST = 2 * MIB + 64 * KIB;

    private final KafkaSettings settings;
    /// Of the connection's security; a file that the operator gave wins.
    private final Map<String, Object> more;

    ClientProperties(KafkaSettings settings) {
        this.settings = settings;
        this.more = new HashMap<>();
        var identity = settings.identity();
        if (identity != null) {
            more.putAll(IdentityTls.properties(identity));
        }
        settings.properties().ifPresent(file -> more.putAll(read(file)));
    }

    Map<String, Object> connection() {
        var all = new HashMap<String, Object>();
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        return with(more, all);
    }

    Map<String, Object> admin() {
        var all = common();
        all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, patienceMs());
        return with(more, all);
    }

    Map<String, Object> follower() {
        var all = consumer();
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        return with(more, all);
    }

    /// Session time-out 6 s: the least that brokers allow by default, and how long a warm standby waits.
    Map<String, Object> candidate(String group) {
        var all = consumer();
        all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
        all.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_500);
        // sticky: a standby that joins doesn't take the role away
        all.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        return with(more, all);
    }

    Map<String, Object> publisher() {
        return with(more, producer());
    }

    Map<String, Object> transactional(String transactionalId) {
        var all = producer();
        all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        // how long readers wait at most for what a writer that died had begun
        all.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, Math.max(15_000, patienceMs()));
        return with(more, all);
    }

    private Map<String, Object> consumer() {
        var all = common();
        all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        all.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 512 * KIB);
        all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 128 * KIB);
        all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 200);
        all.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, patienceMs());
        return all;
    }

    private Map<String, Object> producer() {
        var all = common();
        all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        all.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L * MIB);
        all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, patienceMs());
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, patienceMs());
        return all;
    }

    private Map<String, Object> common() {
        var all = new HashMap<String, Object>();
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, settings.clientId());
        all.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1, patienceMs() / 2));
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, 50);
        // Kafka doubles it with jitter. A rule published after a broker's return is to be live within 5 s, and
        // several clients have to notice that return one after the other: with 10 s it took 8 s.
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000);
        all.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        all.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return all;
    }

    private int patienceMs() {
        return Math.toIntExact(settings.patience().toMillis());
    }

    private static Map<String, Object> with(Map<String, Object> more, Map<String, Object> all) {
        all.putAll(more);
        return all;
    }

    private static Map<String, Object> read(Path file) {
        var read = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            read.load(in);
        } catch (IOException e) {
            throw new BrokerException(
                    "the Kafka client properties in " + file + " can't be read: " + e
                            + "; next: check the file that the option names",
                    e);
        }
        var all = new HashMap<String, Object>();
        read.stringPropertyNames().forEach(name -> all.put(name, read.getProperty(name)));
        return all;
    }
}
