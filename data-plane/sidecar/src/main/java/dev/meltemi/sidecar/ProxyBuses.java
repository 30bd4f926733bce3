package dev.meltemi.sidecar;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;

/// How commands reach the bus; opened only when one runs.
public interface ProxyBuses {
    /// @param bootstrapServers `host:port`, comma separated
    /// @param prefix of the mesh's topics
    /// @param clientId what the broker calls this process
    MeshBus open(String bootstrapServers, String prefix, String clientId);

    KafkaSettings telemetry(String bootstrapServers, String prefix);
}
