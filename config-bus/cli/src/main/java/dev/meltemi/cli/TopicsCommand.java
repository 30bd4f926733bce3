package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Grants;
import dev.meltemi.schemas.Retention;
import dev.meltemi.schemas.Role;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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

    @Command(
            name = "acl",
            mixinStandardHelpOptions = true,
            description = "Who may read and write which topic; with --apply the broker goes by it.")
    int acl(
            @Option(names = "--apply", description = "grant on the broker what is missing there") boolean apply,
            @Option(names = "--prune", description = "with --apply: take away what our roles may do beyond that")
                    boolean prune,
            @Option(names = "--print", description = "only print, ask no broker (the default)") boolean print,
            @Option(
                            names = {"-o", "--output"},
                            defaultValue = "table",
                            paramLabel = "FORMAT",
                            description = "table, json or kafka-acls (commands for a cluster that others keep)")
                    String output,
            @Mixin BusOptions bus) {
        if ((apply && print) || (prune && !apply)) {
            throw new CommandFailure(ExitCode.USAGE, "either --print, or --apply with or without --prune");
        }
        var text = new RightsText(Grants.of(bus.prefix), bus.prefix);
        switch (output) {
            case "table" -> text.table(out());
            case "json" -> text.json(out());
            case "kafka-acls" -> text.kafkaAcls(out(), bus.bootstrapServers);
            default ->
                throw new CommandFailure(
                        ExitCode.USAGE, "'" + output + "' is no format; table, json and kafka-acls are");
        }
        out().flush();
        if (apply) {
            apply(bus, prune);
        }
        return ExitCode.OK;
    }

    private void apply(BusOptions bus, boolean prune) {
        try (MeshBus opened = bus.open(surroundings.buses())) {
            var lists = opened.accessLists();
            var granted = lists.apply();
            granted.forEach(grant -> err().println("granted " + RightsText.line(grant)));
            var surplus = prune ? lists.prune() : lists.compare().surplus();
            surplus.forEach(right -> err().println((prune ? "taken away " : "surplus ") + right));
            err().println(granted.size() + " rights granted, "
                    + (Grants.of(bus.prefix).size() - granted.size())
                    + " were in force, " + surplus.size()
                    + (prune ? " taken away" : " beyond the catalogue (--prune takes them away)"));
            err().flush();
        }
    }

    private static String kept(Retention retention) {
        return switch (retention) {
            case Retention.Compacted() -> "newest of each key";
            case Retention.Deleted(var after) -> DurationText.of(after);
            case Retention.CompactedAndDeleted(var after) -> "newest of each key, " + DurationText.of(after);
        };
    }

    private static String names(Set<Role> roles) {
        return roles.stream().sorted(Comparator.naturalOrder()).map(Role::label).collect(Collectors.joining(","));
    }
}
