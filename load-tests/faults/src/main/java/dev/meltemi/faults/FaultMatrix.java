package dev.meltemi.faults;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// `load-tests/run`: runs rows of the fault matrix, prints what they showed as a table, and keeps it as data.
public final class FaultMatrix {
    /// In the order in which they run.
    public static final List<Row> ROWS = List.of(
            new KilledBroker(),
            new RestartedSidecar(),
            new FrozenBroker(),
            new HalfOpenBroker(),
            new LostLeader(),
            new DiskTrouble(),
            new PoisonedRecords(),
            new TombstoneStorm(),
            new LargeConfig(),
            new KilledControl(),
            new TwoControls(),
            new ReplayedConfig(),
            new EmptyBroker(),
            new FlappingUpstream(),
            new FailingNames(),
            new ConnectionStorm(),
            new RollingRestart(),
            new HeapPressure());

    private static final String USAGE = "usage: load-tests/run [--full] [--minutes N] [--out FOLDER] [ROW…]   rows: "
            + ROWS.stream().map(Row::number).toList();

    private FaultMatrix() {}

    private record Order(Form form, Path out, List<Row> rows) {
        static Order of(String[] arguments) {
            boolean full = false;
            double minutes = 0;
            var out = Path.of("load-tests", "results");
            var wanted = new ArrayList<String>();
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--full" -> full = true;
                    case "--minutes" -> minutes = Double.parseDouble(value(arguments, ++i));
                    case "--out" -> out = Path.of(value(arguments, ++i));
                    default -> wanted.add(arguments[i]);
                }
            }
            var known = ROWS.stream().map(Row::number).toList();
            if (!known.containsAll(wanted)) {
                throw new IllegalArgumentException("no such row among " + wanted);
            }
            var rows = ROWS.stream()
                    .filter(row -> wanted.isEmpty() || wanted.contains(row.number()))
                    .toList();
            return new Order(new Form(full, minutes), out, rows);
        }

        private static String value(String[] arguments, int at) {
            if (at >= arguments.length) {
                throw new IllegalArgumentException(arguments[at - 1] + " needs a value");
            }
            return arguments[at];
        }
    }

    public static void main(String[] arguments) {
        Order order;
        try {
            order = Order.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + USAGE);
            System.exit(64);
            return;
        }
        var results = run(order.rows(), order.form(), System.out);
        write(results, order.out());
        System.exit(results.size() == order.rows().size() && results.stream().allMatch(Result::holds) ? 0 : 1);
    }

    /// One after the other; a row that throws falls short, and the others go on in a fresh lab.
    static List<Result> run(List<Row> rows, Form form, PrintStream out) {
        var results = new ArrayList<Result>();
        out.println(Result.HEAD);
        try (var labs = new Labs()) {
            for (Row row : rows) {
                var result = once(row, labs, form);
                results.add(result);
                out.println(result.line());
                result.notes().forEach(note -> out.println("  " + note));
            }
        }
        return results;
    }

    static Result once(Row row, Labs labs, Form form) {
        long began = System.nanoTime();
        try {
            return row.run(labs, form);
        } catch (RuntimeException | AssertionError e) {
            var notes = labs.lastWords();
            labs.discardShared();
            return Result.broken(row, form, Duration.ofNanos(System.nanoTime() - began), e, notes);
        }
    }

    private static void write(List<Result> results, Path folder) {
        var mapper =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        var table = new StringBuilder(Result.HEAD).append('\n');
        for (Result result : results) {
            table.append(result.line()).append('\n');
        }
        table.append('\n');
        results.forEach(result -> result.notes()
                .forEach(note -> table.append("- row ")
                        .append(result.row())
                        .append(": ")
                        .append(note)
                        .append('\n')));
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("faults.json"), mapper.writeValueAsString(results) + "\n");
            Files.writeString(folder.resolve("faults.md"), table);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the results can't be written to " + folder + "; next: choose another folder with --out", e);
        }
    }
}
