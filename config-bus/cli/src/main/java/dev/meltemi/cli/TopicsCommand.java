package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Retention;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "topics", description = "The catalogue of topics, and whether the broker agrees with it.")
final class TopicsCommand extends OperatorCommand {
    private final Surroundings surroundings;

    TopicsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        return list(new BusOptions());
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "All topics of a mesh.")
    int list(@Mixin BusOptions bus) {
        var table = new Table("NAME", "KEPT", "PARTITIONS", "WRITERS", "READERS");
        for (var topic : Topics.all()) {
            table.add(
                    topic.on(bus.prefix),
                    kept(topic.retention()),
                    Integer.toString(topic.partitions()),
                    names(topic.writers()),
                    names(topic.readers()));
        }
        table.print(out());
        out().flush();
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "One topic: what it is for, who uses it.")
    int describe(
            @Parameters(paramLabel = "TOPIC", description = "with or without the prefix") String name,
            @Mixin BusOptions bus) {
        Topic<?> topic = Topics.all().stream()
                .filter(one -> one.name().equals(name) || one.on(bus.prefix).equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.USAGE, "there is no topic '" + name + "'; `meltemi topics list` shows them"));
        out().println("Name:        " + topic.on(bus.prefix));
        out().println("About:       " + topic.about());
        out().println("Kept:        " + kept(topic.retention()));
        out().println("Partitions:  " + topic.partitions());
        out().println("Max record:  " + (topic.maxBytes() >> 10) + " KiB");
        out().println("Written by:  " + names(topic.writers()));
        out().println("Read by:     " + names(topic.readers()));
        out().flush();
        return ExitCode.OK;
    }

    @Command(
            name = "create",
            aliases = "doctor",
            mixinStandardHelpOptions = true,
            description = "Creates missing topics, and names every setting that would lose rules and how to mend it.")
    int create(@Mixin BusOptions bus) {
        try (MeshBus opened = bus.open(surroundings.buses())) {
            opened.ensureTopics(Topics.all());
        }
        out().println(Topics.all().size() + " topics are as the catalogue wants them");
        out().flush();
        return ExitCode.OK;
    }

    private static String kept(Retention retention) {
        return switch (retention) {
            case Retention.Compacted() -> "newest of each key";
            case Retention.Deleted(var after) -> DurationText.of(after);
            case Retention.CompactedAndDeleted(var after) -> "newest of each key, " + DurationText.of(after);
        };
    }

    private static String names(Set<dev.meltemi.schemas.Role> roles) {
        return roles.stream()
                .sorted(Comparator.naturalOrder())
                .map(dev.meltemi.schemas.Role::label)
                .collect(Collectors.joining(","));
    }
}
