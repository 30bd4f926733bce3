package dev.meltemi.bus;

import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.schemas.Role;
import dev.meltemi.spiffe.Authority;
import dev.meltemi.spiffe.Credential;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.spiffe.Pem;
import dev.meltemi.spiffe.SpiffeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A broker that lets in whom one root vouches for, with that root.
final class SecuredBroker implements AutoCloseable {
    static final String DOMAIN = "cluster.local";
    private static final Duration HOUR = Duration.ofHours(1);

    private final Authority authority;
    private final EmbeddedBroker broker;

    private SecuredBroker(Authority authority, EmbeddedBroker broker) {
        this.authority = authority;
        this.broker = broker;
    }

    static SecuredBroker start(Path folder) {
        var authority = authority();
        var credentials = folder.resolve("broker");
        write(
                authority.issue(id("broker"), "broker", List.of("localhost", "127.0.0.1"), HOUR, Instant.now()),
                authority,
                credentials);
        return new SecuredBroker(
                authority,
                EmbeddedBroker.start(
                        BrokerSettings.anyPort(folder.resolve("data")).withCredentials(credentials)));
    }

    static Authority authority() {
        return Authority.create(DOMAIN, Instant.now(), new SecureRandom());
    }

    static SpiffeId id(String serviceAccount) {
        return new SpiffeId(DOMAIN, "istio-system", serviceAccount);
    }

    static void write(Credential credential, Authority authority, Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("cert.pem"), Pem.of(credential.chain()));
            Files.writeString(folder.resolve("key.pem"), Pem.of(credential.key()));
            Files.writeString(folder.resolve("roots.pem"), Pem.of(List.of(authority.root())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Of anybody whose certificate says so, from this broker's root.
    Identity identity(String role) {
        return identity(authority, role, Instant.now());
    }

    static Identity identity(Authority authority, String role, Instant issued) {
        return new Identity(authority.issue(id(role), role, List.of(), HOUR, issued), authority.trust(1));
    }

    Authority root() {
        return authority;
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    KafkaSettings settings(Role role) {
        var identity = identity(role.label());
        return settings(() -> identity);
    }

    KafkaSettings settings(Supplier<@Nullable Identity> identity) {
        return KafkaSettings.of(bootstrapServers(), "secured-test").withIdentity(identity);
    }

    KafkaBus superUser() {
        return KafkaBus.open(superUserSettings());
    }

    KafkaSettings superUserSettings() {
        var identity = identity("broker");
        return settings(() -> identity);
    }

    @Override
    public void close() {
        broker.close();
    }
}
