package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Topics;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "history", description = "Who changed what, when and why; the newest change first.")
final class HistoryCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    ReadOptions bus = new ReadOptions();

    @Parameters(arity = "0..*", paramLabel = "KIND/NAME", description = "only of these: vs/reviews, dr, …")
    List<String> words = List.of();

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            description = "namespace (default: default)")
    String namespace = "default";

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "of all namespaces")
    boolean allNamespaces;

    @Option(names = "--since", paramLabel = "DURATION", description = "only what changed since then: 10m, 2h")
    @Nullable
    Duration since;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "at most so many (default: 20)")
    int limit = 20;

    @Option(names = "--diff", description = "show the lines that changed")
    boolean diff;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}")
    OutputFormat output = OutputFormat.table;

    HistoryCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        List<Target> targets = words.isEmpty() ? Target.of(List.of("all")) : Target.of(words);
        try (MeshBus opened = bus.open(surroundings.buses())) {
            var now = bus.now(surroundings.clock());
            var changes = new ArrayList<>(HistoryChange.of(bus.read(opened, List.of(Topics.HISTORY), null)));
            Collections.reverse(changes);
            var shown = changes.stream()
                    .filter(change ->
                            targets.stream().anyMatch(target -> target.matches(change.key(), namespace, allNamespaces)))
                    .filter(change -> since == null || !change.when().isBefore(now.minus(since)))
                    .limit(limit)
                    .toList();
            print(shown);
            if (shown.isEmpty()) {
                err().println("No accepted change"
                        + (allNamespaces ? "." : " in namespace " + namespace + " (-A shows all)."));
            }
            return ExitCode.OK;
        }
    }

    private void print(List<HistoryChange> changes) {
        if (output == OutputFormat.table || output == OutputFormat.wide) {
            if (diff) {
                changes.forEach(this::printDiff);
            } else {
                table(changes).print(out());
            }
        } else {
            new Listing(out(), output)
                    .print(changes, HistoryChange::fields, change -> name(change) + "@" + change.offset());
        }
        out().flush();
    }

    private Table table(List<HistoryChange> changes) {
        var table = new Table("OFFSET", "WHEN", "WHO", "WHY", "KIND/NAME", "CHANGE");
        for (var change : changes) {
            table.add(
                    Long.toString(change.offset()),
                    change.when().truncatedTo(ChronoUnit.SECONDS).toString(),
                    change.who(),
                    change.why(),
                    name(change),
                    change.summary());
        }
        return table;
    }

    private void printDiff(HistoryChange change) {
        out().println("offset " + change.offset() + " " + change.when() + " " + change.who()
                + (change.why().isEmpty() ? "" : " (" + change.why() + ")"));
        out().println("--- " + change.key()
                + (change.beforeOffset() < 0 ? " (nothing)" : " offset " + change.beforeOffset()));
        out().println("+++ " + change.key() + (change.after().isEmpty() ? " (deleted)" : " offset " + change.offset()));
        change.diff().forEach(out()::println);
        out().println();
    }

    private String name(HistoryChange change) {
        return Target.shortName(change.key())
                + (allNamespaces ? "." + change.key().namespace() : "");
    }
}
