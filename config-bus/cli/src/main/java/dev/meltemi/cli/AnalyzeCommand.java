package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.resources.Finding;
import dev.meltemi.resources.Finding.Level;
import dev.meltemi.resources.analysis.Analysis;
import dev.meltemi.resources.analysis.AnalysisSettings;
import dev.meltemi.resources.analysis.Diagnosis;
import dev.meltemi.resources.analysis.Suppression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "analyze",
        description = "Finds what documents get wrong together: of files, of the running mesh, or of files as if they"
                + " were applied to it.")
final class AnalyzeCommand extends OperatorCommand {
    private static final String DEFAULT_NAMESPACE = "default";

    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR|-",
            description = "what to analyze; may be repeated")
    List<String> files = List.of();

    @Parameters(arity = "0..*", paramLabel = "FILE|DIR|-", description = "the same, without -f")
    List<String> alsoFiles = List.of();

    @Option(
            names = {"--live", "--use-kube"},
            negatable = true,
            description = "read the mesh beside the files, or don't (default: without files, or when"
                    + " --bootstrap-servers is given)")
    @Nullable
    Boolean live;

    @Option(
            names = {"-n", "--namespace"},
            description = "show only this namespace; also that of documents which name none (default: default, and"
                    + " everything in files)")
    @Nullable
    String namespace;

    @Option(
            names = {"-A", "--all-namespaces", "--all"},
            description = "show all namespaces")
    boolean allNamespaces;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "log",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    Format output = Format.log;

    @Option(
            names = {"-S", "--suppress"},
            paramLabel = "CODE=KIND NAME.NAMESPACE",
            description = "leave out what is known, such as \"IST0101=VirtualService *.default\"; may be repeated."
                    + " A document does so by its annotation analysis.istio.io/suppress")
    List<String> suppress = List.of();

    @Option(
            names = "--failure-threshold",
            defaultValue = "ERROR",
            description = "exit with 79 from this level on: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    Level threshold = Level.ERROR;

    @Option(
            names = "--output-threshold",
            defaultValue = "INFO",
            description = "show from this level on (default: ${DEFAULT-VALUE})")
    Level shownFrom = Level.INFO;

    @Option(
            names = "--meshConfigFile",
            paramLabel = "FILE",
            description = "Istio's MeshConfig in YAML, when no document says it")
    @Nullable
    Path meshConfig;

    @Option(
            names = {"-L", "--list-analyzers"},
            description = "only list what is looked at")
    boolean list;

    /// `log`, as istioctl calls it, and `table` are the same lines.
    enum Format {
        log,
        table,
        json,
        yaml
    }

    AnalyzeCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (list) {
            Analysis.analyzers().forEach(out()::println);
            out().flush();
            return ExitCode.OK;
        }
        List<String> names = new ArrayList<>(files);
        names.addAll(alsoFiles);
        List<SourceDocument> sources = names.isEmpty() ? List.of() : SourceDocument.read(names, surroundings.in());
        Optional<RunningMesh> mesh = readsMesh(names) ? Optional.of(running()) : Optional.empty();
        var documents = new AnalyzedDocuments(sources, namespace == null ? DEFAULT_NAMESPACE : namespace, mesh);
        List<Diagnosis> found = Analysis.of(documents.all(), settings(mesh)).stream()
                .filter(one -> isShown(one, documents))
                .toList();
        print(
                found.stream()
                        .filter(one -> one.finding().level().compareTo(shownFrom) <= 0)
                        .toList(),
                documents);
        boolean tooBad = found.stream().anyMatch(one -> one.finding().level().compareTo(threshold) <= 0);
        if (found.isEmpty()) {
            err().println("✔ nothing wrong in " + documents.all().size() + " documents" + where(mesh));
        }
        return tooBad ? ExitCode.FINDINGS : ExitCode.OK;
    }

    private static String where(Optional<RunningMesh> mesh) {
        return mesh.map(running -> " and " + running.workloads().size() + " workloads of the mesh")
                .orElse("");
    }

    private boolean readsMesh(List<String> names) {
        return live == null ? names.isEmpty() || given("--bootstrap-servers") : live;
    }

    private RunningMesh running() {
        try (MeshBus opened = bus.open(surroundings.buses())) {
            return RunningMesh.of(bus.read(opened, RunningMesh.TOPICS, null));
        }
    }

    private AnalysisSettings settings(Optional<RunningMesh> mesh) {
        var now = surroundings.clock().instant();
        AnalysisSettings settings = mesh.map(
                        running -> AnalysisSettings.mesh(now, running.workloads(), running.hosts()))
                .orElseGet(() -> AnalysisSettings.files(now))
                .without(suppress.stream().map(AnalyzeCommand::suppression).toList());
        return meshConfig == null ? settings : settings.withMeshConfig(read(meshConfig));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.DATA, "can't read " + file + ": " + e.getMessage(), e);
        }
    }

    private static Suppression suppression(String text) {
        return Suppression.parse(text)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.USAGE,
                        "\"" + text + "\" suppresses nothing: expected CODE=Kind name.namespace, such as"
                                + " \"IST0101=VirtualService *.default\""));
    }

    private boolean isShown(Diagnosis one, AnalyzedDocuments documents) {
        String home = one.document().namespace();
        if (allNamespaces || home.isEmpty()) {
            return true;
        }
        return namespace == null
                ? documents.isWritten(one.document()) || home.equals(DEFAULT_NAMESPACE)
                : home.equals(namespace);
    }

    private void print(List<Diagnosis> found, AnalyzedDocuments documents) {
        switch (output) {
            case log, table ->
                found.forEach(one -> FindingText.print(
                        out(),
                        one.origin(),
                        documents.reference(one.document(), one.finding().at()),
                        one.finding()));
            case json ->
                out().println(JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(tree(found, documents)));
            case yaml -> out().print(DocumentTree.yaml(tree(found, documents)));
        }
        out().flush();
    }

    /// As istioctl's, with path and hint.
    private static List<Map<String, Object>> tree(List<Diagnosis> found, AnalyzedDocuments documents) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Diagnosis one : found) {
            Finding finding = one.finding();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("code", finding.code());
            row.put("name", one.message());
            row.put("level", FindingText.word(finding.level().name()));
            row.put("origin", one.origin());
            row.put("reference", documents.reference(one.document(), finding.at()));
            row.put("path", finding.path());
            row.put("message", finding.text());
            finding.hint().ifPresent(hint -> row.put("hint", hint));
            rows.add(row);
        }
        return rows;
    }
}
