package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Opens the bus when a command first needs it, so that `--help` never loads a Kafka class.
@FunctionalInterface
public interface BusFactory {
    /// @param bootstrapServers `host:port`, comma separated
    /// @param prefix of the mesh's topics, `mesh.`
    /// @param credentials folder with `cert.pem`, `key.pem` and `roots.pem`: connections are TLS then
    /// @param patience how long a call waits for an answer before it fails
    /// @throws dev.meltemi.bus.BusException when no broker answers
    MeshBus open(String bootstrapServers, String prefix, Optional<Path> credentials, Duration patience);
}
