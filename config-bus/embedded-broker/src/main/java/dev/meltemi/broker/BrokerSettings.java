package dev.meltemi.broker;

import java.nio.file.Path;

/// Where the broker keeps its data and where it listens.
///
/// @param dataDirectory created when missing; what is in it survives a restart
/// @param host address to listen on, also the one told to clients
/// @param port of the broker; 0 picks a free one
/// @param controllerPort of the KRaft controller, which nobody but the broker itself uses; 0 picks a free one
public record BrokerSettings(Path dataDirectory, String host, int port, int controllerPort) {
    public static final int DEFAULT_PORT = 19092;

    /// On loopback, both ports picked.
    public static BrokerSettings anyPort(Path dataDirectory) {
        return new BrokerSettings(dataDirectory, "127.0.0.1", 0, 0);
    }

    public BrokerSettings withPort(int port) {
        return new BrokerSettings(dataDirectory, host, port, controllerPort);
    }
}
