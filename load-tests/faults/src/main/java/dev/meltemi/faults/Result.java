package dev.meltemi.faults;

import dev.meltemi.faults.Load.Measured;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// What a row showed.
///
/// @param row number in the fault matrix
/// @param gaps requests about which clients and origins disagree
/// @param recovery from the end of the fault until a change made then was in force
/// @param shortcomings what fell short, a sentence each; empty: it holds
/// @param notes figures that belong to this row only
public record Result(
        String row,
        String fault,
        boolean full,
        Duration duration,
        long requests,
        long failed,
        long gaps,
        Measured before,
        Measured during,
        Duration recovery,
        List<String> shortcomings,
        List<String> notes) {
    public Result {
        shortcomings = List.copyOf(shortcomings);
        notes = List.copyOf(notes);
    }

    public boolean holds() {
        return shortcomings.isEmpty();
    }

    /// Of a row that didn't come to its end.
    static Result broken(Row row, Form form, Duration duration, Throwable why, List<String> notes) {
        return new Result(
                row.number(),
                row.fault(),
                form.full(),
                duration,
                0,
                0,
                0,
                Measured.NOTHING,
                Measured.NOTHING,
                Duration.ZERO,
                List.of(String.valueOf(why.getMessage() == null ? why : why.getMessage())),
                notes);
    }

    static final String HEAD =
            "| row | fault | form | duration | requests | failed | ledger gaps | p50 before → during | p99 before →"
                    + " during | recovery | verdict |\n"
                    + "|---|---|---|---|---|---|---|---|---|---|---|";

    /// A line of the table.
    String line() {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %.1f s | %d | %d | %d | %s | %s | %s | %s |",
                row,
                fault,
                full ? "full" : "short",
                duration.toMillis() / 1000.0,
                requests,
                failed,
                gaps,
                pair(before.p50(), during.p50()),
                pair(before.p99(), during.p99()),
                recovery.isZero() ? "–" : String.format(Locale.ROOT, "%.1f s", recovery.toMillis() / 1000.0),
                holds() ? "holds" : "FALLS SHORT: " + String.join("; ", shortcomings));
    }

    private static String pair(long before, long during) {
        return before == 0 && during == 0
                ? "–"
                : String.format(Locale.ROOT, "%.1f → %.1f ms", before / 1000.0, during / 1000.0);
    }
}
