package dev.meltemi.broker;

import java.nio.file.Path;
import java.util.Optional;

/// Where the broker keeps its data and where it listens.
///
/// @param dataDirectory created when missing; what is in it survives a restart
/// @param host address to listen on, also the one told to clients
/// @param port of the broker; 0 picks a free one
/// @param controllerPort of the KRaft controller, which nobody but the broker itself uses; 0 picks a free one
/// @param credentials folder with the broker's `cert.pem`, `key.pem` and `roots.pem`: then it speaks nothing but
/// TLS, wants a certificate of everybody, and allows each role what its access lists say. Read once, at the start
public record BrokerSettings(
        Path dataDirectory, String host, int port, int controllerPort, Optional<Path> credentials) {
    public static final int DEFAULT_PORT = 19092;

    /// Open to everybody who reaches it.
    public BrokerSettings(Path dataDirectory, String host, int port, int controllerPort) {
        this(dataDirectory, host, port, controllerPort, Optional.empty());
    }

    /// On loopback, both ports picked.
    public static BrokerSettings anyPort(Path dataDirectory) {
        return new BrokerSettings(dataDirectory, "127.0.0.1", 0, 0);
    }

    public BrokerSettings withPort(int port) {
        return new BrokerSettings(dataDirectory, host, port, controllerPort, credentials);
    }

    public BrokerSettings withCredentials(Path folder) {
        return new BrokerSettings(dataDirectory, host, port, controllerPort, Optional.of(folder));
    }
}
