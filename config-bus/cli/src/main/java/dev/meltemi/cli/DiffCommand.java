package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.Topics;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "diff", description = "Compares documents with what is on the bus; exits with 1 when they differ.")
final class DiffCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE|DIR|-",
            description = "what to compare; may be repeated")
    List<String> files = List.of();

    @Option(
            names = {"-n", "--namespace"},
            description = "namespace of documents that name none")
    @Nullable
    String namespace;

    DiffCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var judged = JudgedDocument.of(SourceDocument.read(files, surroundings.in()), namespace);
        if (judged.stream().anyMatch(JudgedDocument::rejected)) {
            judged.forEach(document -> FindingText.print(err(), document));
            return ExitCode.DATA;
        }
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch = bus.watch(opened, List.of(Topics.CONFIG))) {
            int result = ExitCode.OK;
            for (var document : judged) {
                ResourceKey key = document.key().orElseThrow();
                var before = watch.read(now -> now.desired(key.toString())).orElse(null);
                List<String> lines = LineDiff.of(
                        before == null ? List.of() : lines(before.text()),
                        lines(document.source().text()));
                if (!lines.isEmpty()) {
                    out().println("--- " + key
                            + (before == null
                                    ? " (nothing)"
                                    : " offset " + before.at().number()));
                    out().println("+++ " + document.source().at(1, 1));
                    lines.forEach(out()::println);
                    result = ExitCode.DIFFERENT;
                }
            }
            out().flush();
            return result;
        }
    }

    /// The content, in one spelling: comments, quotes and resourceVersion make no difference.
    private static List<String> lines(String text) {
        return DocumentTree.of(text)
                .map(tree -> tree.withoutVersion().yaml())
                .orElse(text)
                .lines()
                .toList();
    }
}
