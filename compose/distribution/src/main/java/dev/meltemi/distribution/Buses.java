package dev.meltemi.distribution;

import dev.meltemi.bus.BusException;
import dev.meltemi.bus.KafkaBus;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.sidecar.ProxyBuses;
import dev.meltemi.spiffe.Identity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens buses on Kafka for one kind of client.
///
/// @param clientId what the broker's logs and metrics call it
record Buses(String clientId) implements ProxyBuses {
    /// A try waits up to 10 s by itself; a broker that starts together with us on a busy machine takes longer.
    private static final int TRIES = 6;

    private static final Logger LOG = LoggerFactory.getLogger(Buses.class);

    /// For a service, which rather waits for its broker than ends; a command says at once what is wrong.
    ///
    /// @throws BusException what the last try said
    static void patiently(Runnable first) {
        for (int attempt = 1; ; attempt++) {
            try {
                first.run();
                return;
            } catch (BusException e) {
                if (attempt == TRIES) {
                    throw e;
                }
                LOG.warn("event=broker-awaited try={} of={} why=\"{}\"", attempt, TRIES, e.getMessage());
            }
        }
    }

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

    /// The same for a command, whose user says how long it may wait.
    MeshBus openWith(String bootstrapServers, String prefix, Optional<Path> credentials, Duration patience) {
        var settings = settings(
                bootstrapServers,
                prefix,
                clientId,
                credentials.map(LiveCredentials::new).orElse(null));
        return KafkaBus.open(settings.withPatience(patience));
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
