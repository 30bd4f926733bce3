package dev.meltemi.distribution;

import dev.meltemi.bus.KafkaBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.sidecar.ProxyBuses;
import dev.meltemi.spiffe.Identity;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Opens buses on Kafka for one kind of client.
///
/// @param clientId what the broker's logs and metrics call it
record Buses(String clientId) implements ProxyBuses {
    MeshBus open(String bootstrapServers, String prefix) {
        return open(bootstrapServers, prefix, clientId, null);
    }

    /// @param credentials folder of who we are; empty: by plaintext
    MeshBus openWith(String bootstrapServers, String prefix, Optional<Path> credentials) {
        return open(
                bootstrapServers,
                prefix,
                clientId,
                credentials.map(LiveCredentials::new).orElse(null));
    }

    @Override
    public MeshBus open(
            String bootstrapServers, String prefix, String client, @Nullable Supplier<@Nullable Identity> identity) {
        return KafkaBus.open(settings(bootstrapServers, prefix, client, identity));
    }

    @Override
    public KafkaSettings telemetry(
            String bootstrapServers, String prefix, @Nullable Supplier<@Nullable Identity> identity) {
        return settings(bootstrapServers, prefix, clientId, identity);
    }

    private static KafkaSettings settings(
            String bootstrapServers, String prefix, String client, @Nullable Supplier<@Nullable Identity> identity) {
        var settings = KafkaSettings.of(bootstrapServers, client).withPrefix(prefix);
        return identity == null ? settings : settings.withIdentity(identity);
    }
}
