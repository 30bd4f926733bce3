package dev.meltemi.conformance;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.ObjectMapper;

/// `meltemi conformance`: judges the mesh by a folder of cases.
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a folder of cases (resources, and what is expected of them) against the code that validates, compiles"
                    + " and routes. Prints each failure and the sums.",
            "-o json prints one document: {\"cases\": [{suite, id, name, expected, actual, verdict, reason}, …],"
                    + " \"passed\", \"failed\", \"skipped\"}; verdict is passed, failed or skipped."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:nothing failed", "1:something failed", "64:the command line isn't right", "65:no cases there"
        })
public final class ConformanceCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int NO_CASES = 65;

    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = "validation/, analysis/, routing/, … or some of them")
    private Path folder = Path.of(".");

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "table or json (default: ${DEFAULT-VALUE})")
    private Format format = Format.table;

    @Option(names = "--only", split = ",", paramLabel = "SUITE", description = "only these: ${COMPLETION-CANDIDATES}")
    private List<Suite> only = List.of();

    @Option(names = "--case", paramLabel = "TEXT", description = "only cases whose id has this text in it")
    private String part = "";

    @Option(
            names = "--live",
            description =
                    "send the requests of routing, authz and gateway-api through a real proxy, as far as it speaks"
                            + " their protocol, and judge by what origins and client see")
    private boolean live;

    @Option(names = "--http2", description = "with --live: clients speak HTTP/2 also where HTTP/1.1 would do")
    private boolean http2;

    private enum Format {
        table,
        json
    }

    @Override
    public Integer call() {
        if (!live) {
            return run(null);
        }
        try (var mesh = new LiveMesh(http2)) {
            return run(mesh);
        }
    }

    private int run(@Nullable LiveMesh mesh) {
        var cases = Conformance.cases(new CaseFolder(folder), only, part, mesh);
        CommandLine line = Objects.requireNonNull(spec, "picocli sets it").commandLine();
        if (cases.isEmpty()) {
            line.getErr()
                    .println("error: no case" + (part.isEmpty() ? "" : " named like \"" + part + "\"") + " in " + folder
                            + (Files.isDirectory(folder)
                                    ? ": it has none of validation/, analysis/, routing/, authz/, gateway-api/,"
                                            + " samples/ with cases"
                                    : ": it is no folder"));
            return NO_CASES;
        }
        var sums = format == Format.json ? json(cases, line.getOut()) : table(cases, line.getOut());
        line.getOut().flush();
        return sums.failed() > 0 ? FAILED : 0;
    }

    private static Sums table(List<Case> cases, PrintWriter out) {
        var sums = Sums.NONE;
        for (Case each : cases) {
            Result result = each.run();
            sums = sums.plus(result);
            if (result.failed()) {
                out.println("FAILED " + each.suite() + " " + each.id()
                        + (each.name().isEmpty() ? "" : " (" + each.name() + ")"));
                out.println("  expected: " + each.expected());
                out.println("  actual:   " + result.outcome().actual());
                out.println("  " + result.outcome().reason());
            }
        }
        sums.print(out);
        return sums;
    }

    private static Sums json(List<Case> cases, PrintWriter out) {
        var mapper = new ObjectMapper();
        var sums = Sums.NONE;
        var lines = new ArrayList<String>();
        for (Case each : cases) {
            Result result = each.run();
            sums = sums.plus(result);
            lines.add(mapper.writeValueAsString(result.fields()));
        }
        out.println("{\"cases\": [");
        out.println(String.join(",\n", lines));
        out.println("], \"passed\": " + sums.passed() + ", \"failed\": " + sums.failed() + ", \"skipped\": "
                + sums.skipped() + "}");
        return sums;
    }
}
