package dev.meltemi.distribution;

import dev.meltemi.bus.KafkaBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;

/// Opens buses on Kafka for one kind of client.
///
/// @param clientId what the broker's logs and metrics call it
record Buses(String clientId) {
    MeshBus open(String bootstrapServers, String prefix) {
        return KafkaBus.open(KafkaSettings.of(bootstrapServers, clientId).withPrefix(prefix));
    }
}
