package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.Topics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "get", description = "Shows documents, the verdict on them and how many sidecars run them.")
final class GetCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    ReadOptions bus = new ReadOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "KIND [NAME]",
            description = "vs, virtualservice/reviews, all …; AGE counts from the last change")
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

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES}")
    OutputFormat output = OutputFormat.table;

    GetCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        List<Target> targets = Target.of(words);
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch =
                        bus.watch(opened, List.of(Topics.CONFIG, Topics.ACCEPTED, Topics.STATUS, Topics.SIDECARS))) {
            var now = bus.now(surroundings.clock());
            var rows = watch.read(picture -> DocumentRow.of(picture, targets, namespace, allNamespaces, now));
            boolean named = targets.stream().anyMatch(target -> target.name().isPresent());
            if (rows.isEmpty()) {
                err().println("No documents found"
                        + (allNamespaces ? "." : " in namespace " + namespace + " (-A shows all)."));
                return named ? ExitCode.UNKNOWN : ExitCode.OK;
            }
            print(rows, targets);
            return ExitCode.OK;
        }
    }

    private void print(List<DocumentRow> rows, List<Target> targets) {
        switch (output) {
            case table, wide -> printTable(rows, targets);
            case name -> rows.forEach(row -> out().println(Target.shortName(row.key())));
            case yaml ->
                out().print(String.join(
                        "---\n", rows.stream().map(row -> tree(row).yaml()).toList()));
            case json -> {
                var mapper = JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build();
                List<Map<String, Object>> trees =
                        rows.stream().map(row -> tree(row).root()).toList();
                var list = new LinkedHashMap<String, Object>();
                list.put("apiVersion", "v1");
                list.put("kind", "List");
                list.put("items", trees);
                out().println(mapper.writeValueAsString(
                        trees.size() == 1 && targets.getFirst().name().isPresent() ? trees.getFirst() : list));
            }
            case jsonl -> {
                var mapper = JsonMapper.builder().build();
                rows.forEach(
                        row -> out().println(mapper.writeValueAsString(tree(row).root())));
            }
        }
        out().flush();
    }

    private static DocumentTree tree(DocumentRow row) {
        return DocumentTree.of(row.text())
                .map(tree -> tree.withVersion(row.offset()))
                .orElseGet(() -> new DocumentTree(Map.of("unreadable", row.text())));
    }

    private void printTable(List<DocumentRow> rows, List<Target> targets) {
        boolean kinds = targets.stream().map(Target::kind).distinct().count() > 1
                || targets.getFirst().kind().isEmpty();
        var heads = new java.util.ArrayList<String>();
        if (allNamespaces) {
            heads.add("NAMESPACE");
        }
        heads.addAll(List.of("NAME", "STATE", "OFFSET", "APPLIED", "AGE"));
        if (output == OutputFormat.wide) {
            heads.addAll(List.of("IN FORCE", "MESSAGE"));
        }
        var table = new Table(heads.toArray(String[]::new));
        var now = bus.now(surroundings.clock());
        for (var row : rows) {
            var cells = new java.util.ArrayList<String>();
            if (allNamespaces) {
                cells.add(row.key().namespace());
            }
            cells.add(kinds ? Target.shortName(row.key()) : row.key().name());
            cells.addAll(List.of(row.state(), Long.toString(row.offset()), row.applied(), row.age(now)));
            if (output == OutputFormat.wide) {
                cells.add(row.status()
                        .map(known -> Long.toString(known.lastAcceptedOffset()))
                        .orElse("-"));
                cells.add(row.message());
            }
            table.add(cells.toArray(String[]::new));
        }
        table.print(out());
    }
}
