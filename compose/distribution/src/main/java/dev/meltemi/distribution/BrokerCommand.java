package dev.meltemi.distribution;

import dev.meltemi.broker.BrokerSettings;
import dev.meltemi.broker.EmbeddedBroker;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.nio.file.Path;
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

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        try (var running = new Foreground()) {
            var broker = running.add(EmbeddedBroker.start(new BrokerSettings(dataDir, host, port, 0)));
            try (var bus = new Buses("meltemi-broker").open(broker.bootstrapServers(), prefix)) {
                bus.ensureTopics(Topics.all());
            }
            var out = spec.commandLine().getOut();
            out.println("READY " + broker.bootstrapServers());
            out.flush();
            running.await();
        }
        return 0;
    }
}
