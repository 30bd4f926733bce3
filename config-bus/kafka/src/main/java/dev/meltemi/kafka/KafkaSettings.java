package dev.meltemi.kafka;

import dev.meltemi.spiffe.Identity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How to reach a broker.
///
/// @param bootstrapServers `host:port`, comma separated
/// @param clientId what the broker's logs and metrics call this process
/// @param prefix of all topics, groups and transactional ids: several meshes may share a cluster
/// @param identity who we are to the broker, and whom we believe to be it: connections are TLS when it isn't null.
/// Asked at each connection, so that a renewed certificate is used by the next one; while it answers null, nothing
/// connects
/// @param properties a file of further Kafka client properties, such as those of TLS; it wins over ours
/// @param patience how long a call waits for an answer before it fails
/// @param topicCheck how often a follower asks whether its topics are still the same ones, and the broker still there
public record KafkaSettings(
        String bootstrapServers,
        String clientId,
        String prefix,
        @Nullable Supplier<@Nullable Identity> identity,
        Optional<Path> properties,
        Duration patience,
        Duration topicCheck) {
    public static final String DEFAULT_PREFIX = "mesh.";

    public static KafkaSettings of(String bootstrapServers, String clientId) {
        return new KafkaSettings(
                bootstrapServers,
                clientId,
                DEFAULT_PREFIX,
                null,
                Optional.empty(),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
    }

    public KafkaSettings withPrefix(String prefix) {
        return new KafkaSettings(bootstrapServers, clientId, prefix, identity, properties, patience, topicCheck);
    }

    /// By TLS from now on, never plaintext: the broker must prove to be
    /// `spiffe://TRUST-DOMAIN/ns/istio-system/sa/broker`
    /// of the identity's trust domain, whatever its host is called.
    public KafkaSettings withIdentity(Supplier<@Nullable Identity> identity) {
        return new KafkaSettings(bootstrapServers, clientId, prefix, identity, properties, patience, topicCheck);
    }

    public KafkaSettings withProperties(Path file) {
        return new KafkaSettings(bootstrapServers, clientId, prefix, identity, Optional.of(file), patience, topicCheck);
    }

    public KafkaSettings withPatience(Duration patience) {
        return new KafkaSettings(bootstrapServers, clientId, prefix, identity, properties, patience, topicCheck);
    }

    public KafkaSettings withTopicCheck(Duration every) {
        return new KafkaSettings(bootstrapServers, clientId, prefix, identity, properties, patience, every);
    }

    /// Where the broker is and how to be let in, for a client with settings of its own; what the file says wins.
    ///
    /// @throws BrokerException when the file can't be read
    public Map<String, Object> connection() {
        return new ClientProperties(this).connection();
    }
}
