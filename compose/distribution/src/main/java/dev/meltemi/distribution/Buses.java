package dev.meltemi.distribution;

import dev.meltemi.bus.KafkaBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.sidecar.ProxyBuses;

/// Opens buses on Kafka for one kind of client.
///
/// @param clientId what the broker's logs and metrics call it
record Buses(String clientId) implements ProxyBuses {
    MeshBus open(String bootstrapServers, String prefix) {
        return open(bootstrapServers, prefix, clientId);
    }

    @Override
    public MeshBus open(String bootstrapServers, String prefix, String client) {
        return KafkaBus.open(KafkaSettings.of(bootstrapServers, client).withPrefix(prefix));
    }

    @Override
    public KafkaSettings telemetry(String bootstrapServers, String prefix) {
        return KafkaSettings.of(bootstrapServers, clientId).withPrefix(prefix);
    }
}
