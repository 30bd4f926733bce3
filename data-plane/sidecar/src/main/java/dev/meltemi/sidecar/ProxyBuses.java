package dev.meltemi.sidecar;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.spiffe.Identity;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How commands reach the bus; opened only when one runs.
public interface ProxyBuses {
    /// @param bootstrapServers `host:port`, comma separated
    /// @param prefix of the mesh's topics
    /// @param clientId what the broker calls this process
    /// @param identity who we are to the broker, by TLS; null: by plaintext
    MeshBus open(
            String bootstrapServers, String prefix, String clientId, @Nullable Supplier<@Nullable Identity> identity);

    KafkaSettings telemetry(String bootstrapServers, String prefix, @Nullable Supplier<@Nullable Identity> identity);
}
