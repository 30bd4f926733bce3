package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Topics;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "version", description = "The version of this command, and of the sidecars that it can see.")
final class VersionCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Option(names = "--remote", description = "also ask the bus")
    boolean remote;

    VersionCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        String own = VersionCommand.class.getPackage().getImplementationVersion();
        out().println("client version: " + (own == null ? "development" : own));
        out().println("java: " + Runtime.version());
        out().flush();
        if (!remote) {
            return ExitCode.OK;
        }
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch = bus.watch(opened, List.of(Topics.SIDECARS))) {
            var counts = new TreeMap<String, Integer>();
            watch.read(now -> {
                now.beats.values().forEach(beat -> counts.merge(beat.heartbeat().getVersion(), 1, Integer::sum));
                return counts;
            });
            counts.forEach(
                    (version, count) -> out().println("data plane version: " + version + " (" + count + " proxies)"));
        }
        out().flush();
        return ExitCode.OK;
    }
}
