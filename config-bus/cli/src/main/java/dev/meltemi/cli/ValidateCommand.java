package dev.meltemi.cli;

import dev.meltemi.resources.Finding.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "validate", aliases = "v", description = "Judges documents offline, with the code that admission runs.")
final class ValidateCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE|DIR|-",
            description = "what to judge; may be repeated")
    List<String> files = List.of();

    @Option(
            names = {"-n", "--namespace"},
            description = "namespace of documents that name none")
    @Nullable
    String namespace;

    @Option(
            names = "--failure-threshold",
            defaultValue = "ERROR",
            description = "exit with 79 from this level on: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    Level threshold = Level.ERROR;

    ValidateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var judged = JudgedDocument.of(SourceDocument.read(files, surroundings.in()), namespace);
        judged.forEach(document -> FindingText.print(out(), document));
        out().flush();
        boolean tooBad = judged.stream()
                .flatMap(document -> document.findings().stream())
                .anyMatch(finding -> finding.level().compareTo(threshold) <= 0);
        if (!tooBad) {
            err().println("✔ no validation issues of level " + threshold + " in " + judged.size() + " documents");
        }
        return tooBad ? ExitCode.FINDINGS : ExitCode.OK;
    }
}
