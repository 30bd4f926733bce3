package dev.meltemi.distribution;

import dev.meltemi.schemas.Topic;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The control services against a broker. Several may run: one is active, the others stand by.
@Command(
        name = "control",
        mixinStandardHelpOptions = true,
        description = "Runs admission, route-compiler and schema registry, until it is told to end.")
final class ControlCommand implements Callable<Integer> {
    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "${env:MELTEMI_BOOTSTRAP_SERVERS:-127.0.0.1:19092}",
            description = "Kafka brokers (default: $$MELTEMI_BOOTSTRAP_SERVERS, else 127.0.0.1:19092)")
    private String bootstrapServers = "";

    @Option(
            names = "--prefix",
            defaultValue = Topic.DEFAULT_PREFIX,
            description = "prefix of the mesh's topics (default: mesh.)")
    private String prefix = Topic.DEFAULT_PREFIX;

    @Option(
            names = "--registry-host",
            defaultValue = "127.0.0.1",
            description = "address of the schema registry (default: 127.0.0.1)")
    private String registryHost = "127.0.0.1";

    @Option(
            names = "--registry-port",
            defaultValue = "8081",
            description = "port of the schema registry (default: 8081)")
    private int registryPort = 8081;

    @Option(
            names = "--health-host",
            defaultValue = "127.0.0.1",
            description = "address of the health and metrics port (default: 127.0.0.1)")
    private String healthHost = "127.0.0.1";

    @Option(
            names = "--health-port",
            defaultValue = "15014",
            description = "port of /metrics, /healthz/ready and /healthz/live, as istiod's (default: 15014)")
    private int healthPort = 15014;

    @Option(
            names = "--credentials",
            paramLabel = "DIR",
            defaultValue = "${env:MELTEMI_CREDENTIALS:-}",
            description = "folder with admission, route-compiler and registry in it, as `meltemi ca init` writes it:"
                    + " Kafka by TLS, each service with its own (default: $$MELTEMI_CREDENTIALS, else plaintext)")
    private String credentials = "";

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            defaultValue = "${env:MELTEMI_STATE_DIR:-}",
            description = "folder of the last-known-good files, of which `meltemi restore` brings the rules back that a"
                    + " broker lost (default: $$MELTEMI_STATE_DIR, else none are written)")
    private String stateDir = "";

    @Option(
            names = "--require-signatures",
            negatable = true,
            description = "believe registrations and heartbeats only when their senders have signed them, as soon as a"
                    + " CA has published whom to believe (default: with --credentials)")
    private @Nullable Boolean requireSignatures;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        try (var running = new Foreground()) {
            var buses = ControlBuses.open(
                    bootstrapServers,
                    prefix,
                    folder(credentials),
                    requireSignatures == null ? !credentials.isEmpty() : requireSignatures,
                    running);
            var control = running.add(ControlPlane.start(buses, prefix, registryHost, registryPort, folder(stateDir)));
            running.add(ControlHealth.start(control.metrics(), healthHost, healthPort));
            var out = spec.commandLine().getOut();
            out.println("READY");
            out.flush();
            running.await();
        }
        return 0;
    }

    private static Optional<Path> folder(String option) {
        return Optional.of(option).filter(folder -> !folder.isEmpty()).map(Path::of);
    }
}
