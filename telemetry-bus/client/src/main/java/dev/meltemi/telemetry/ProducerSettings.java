package dev.meltemi.telemetry;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;

/// The producer of telemetry: small, because there is one beside every application, and patient, because it has a
/// thread of its own that no request waits for.
final class ProducerSettings {
    /// How long a full buffer or missing metadata may hold the sender up before it looks at its ring again, ms.
    static final int MAX_BLOCK = 500;

    private ProducerSettings() {}

    static Map<String, Object> of(AccessLog.Settings settings) {
        Map<String, Object> all = new HashMap<>();
        all.put(ProducerConfig.CLIENT_ID_CONFIG, "meltemi-telemetry-" + settings.instance());
        // A retry that wrote twice would count a request twice, and one that overtook another would look like a gap.
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // What the counter calls sent has survived the loss of a broker. Nobody waits for it.
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        // Measured with a JVM of 32 MB (buffer, linger); zstd costs 10 % more CPU than lz4. A busy sidecar fills a
        // batch of 32 KiB 300 times a second: a third of the requests, a fifth less CPU of the producer.
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 1L << 20);
        all.put(ProducerConfig.BATCH_SIZE_CONFIG, 96 << 10);
        all.put(ProducerConfig.LINGER_MS_CONFIG, 100);
        all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK);
        // A broker that is silent for longer costs what was on its way; the ring keeps the newest until it is back.
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
        // Each attempt may log a line of Kafka's: less than one a second.
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG, 500L);
        all.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, 3_000L);
        all.put(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG, 1_000L);
        all.put(CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG, 2_000L);
        all.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        all.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        // What the operator's file says wins.
        all.putAll(settings.kafka().connection());
        return all;
    }
}
