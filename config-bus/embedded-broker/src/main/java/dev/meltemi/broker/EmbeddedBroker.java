package dev.meltemi.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/// A real Kafka broker in this process: one KRaft node, controller and broker together.
public final class EmbeddedBroker implements AutoCloseable {
    private final KafkaRaftServer server;
    private final DataDirectory directory;
    private final String bootstrapServers;
    private boolean closed;

    private EmbeddedBroker(KafkaRaftServer server, DataDirectory directory, String bootstrapServers) {
        this.server = server;
        this.directory = directory;
        this.bootstrapServers = bootstrapServers;
    }

    /// Returns when the broker answers; takes 3 to 5 s the first time in a process, later well below.
    ///
    /// @throws BrokerStartException when the directory can't be used, a port is taken, or Kafka refuses to start
    public static EmbeddedBroker start(BrokerSettings settings) {
        throwInsteadOfHalting();
        var directory = DataDirectory.open(settings.dataDirectory());
        try {
            int port = Ports.claim("Kafka broker", settings.host(), settings.port());
            int controllerPort = Ports.claim("Kafka controller", settings.host(), settings.controllerPort());
            var properties =
                    NodeProperties.of(settings.host(), port, controllerPort, directory.path(), security(settings));
            format(directory);
            var server = started(properties, settings.host() + ":" + port);
            return new EmbeddedBroker(server, directory, settings.host() + ":" + port);
        } catch (RuntimeException e) {
            directory.close();
            throw e;
        }
    }

    /// `host:port`, for clients.
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /// Frees ports and directory; a second call does nothing.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            stop(server);
        } finally {
            directory.close();
        }
    }

    private static KafkaRaftServer started(Map<String, String> properties, String address) {
        // the reference exists before startup(): a start that fails half-way still holds ports and the directory's lock
        var server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        try {
            server.startup();
            return server;
        } catch (RuntimeException e) {
            stop(server);
            throw new BrokerStartException(
                    "the embedded Kafka broker didn't start on " + address + ": " + reason(e)
                            + "; next: free the port, choose others with --port-offset, or use another --data-dir",
                    e);
        }
    }

    private static Map<String, String> security(BrokerSettings settings) {
        return settings.credentials()
                .map(folder -> NodeSecurity.of(folder, InstantSource.system().instant()))
                .orElse(Map.of());
    }

    private static void stop(KafkaRaftServer server) {
        server.shutdown();
        server.awaitShutdown();
    }

    /// Only the first time: a formatted directory keeps its cluster id.
    private static void format(DataDirectory directory) {
        if (Files.exists(directory.path().resolve("meta.properties"))) {
            return;
        }
        try (var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(nowhere)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(NodeProperties.NODE_ID)
                    .setControllerListenerName(NodeProperties.CONTROLLER)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .addDirectory(directory.path().toString())
                    .setMetadataLogDirectory(directory.path().toString())
                    .run();
        } catch (Exception e) {
            throw new BrokerStartException(
                    "the data directory " + directory.path() + " can't be formatted for Kafka: " + reason(e)
                            + "; next: choose another with --data-dir",
                    e);
        }
    }

    private static String reason(Throwable e) {
        var deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        var text = deepest.getMessage();
        return text == null ? deepest.toString() : text;
    }

    /// A controller that can't bind would halt the whole JVM without a word.
    private static void throwInsteadOfHalting() {
        Exit.Procedure refuse = (status, message) -> {
            throw new IllegalStateException(
                    "Kafka wanted to end this process with status " + status + (message == null ? "" : ": " + message));
        };
        Exit.setExitProcedure(refuse);
        Exit.setHaltProcedure(refuse);
    }
}
