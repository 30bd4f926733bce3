package dev.meltemi.distribution;

import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// A broker with the mesh's topics, for trying and testing; a mesh that matters has a Kafka cluster.
@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        description = "Runs a single KRaft broker with the mesh's topics, until it is told to end.")
final class BrokerCommand implements Callable<Integer> {
    @Option(names = "--host", defaultValue = "127.0.0.1", description = "address to listen on (default: 127.0.0.1)")
    private String host = "127.0.0.1";

    @Option(names = "--port", defaultValue = "19092", description = "port to listen on (default: 19092)")
    private int port = BrokerSettings.DEFAULT_PORT;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "DIR",
            description = "where it keeps its data, which survives a restart")
    private Path dataDir = Path.of("");

    @Option(
            names = "--prefix",
            defaultValue = Topic.DEFAULT_PREFIX,
            description = "prefix of the mesh's topics (default: mesh.)")
    private String prefix = Topic.DEFAULT_PREFIX;

    @Option(
            names = "--credentials",
            paramLabel = "DIR",
            defaultValue = "${env:MELTEMI_CREDENTIALS:-}",
            description = "folder with the broker's cert.pem, key.pem and roots.pem, as `meltemi ca init` writes it:"
                    + " TLS only, a certificate of everybody, and rights by role"
                    + " (default: $$MELTEMI_CREDENTIALS, else plaintext, and everybody may do everything)")
    private String credentials = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        try (var running = new Foreground()) {
            var own =
                    Optional.of(credentials).filter(folder -> !folder.isEmpty()).map(Path::of);
            var broker = running.add(EmbeddedBroker.start(new BrokerSettings(dataDir, host, port, 0, own)));
            try (var bus = new Buses("meltemi-broker").openWith(broker.bootstrapServers(), prefix, own)) {
                bus.ensureTopics(Topics.all());
                if (own.isPresent()) {
                    bus.accessLists().apply();
                }
            }
            var out = spec.commandLine().getOut();
            out.println("READY " + broker.bootstrapServers());
            out.flush();
            running.await();
        }
        return 0;
    }
}
