package dev.meltemi.conformance;

import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;

/// How many cases passed, failed and were skipped, and why.
///
/// @param reasons of those that were skipped, with how often
record Sums(int passed, int failed, int skipped, Map<String, Integer> reasons) {
    static final Sums NONE = new Sums(0, 0, 0, Map.of());

    Sums plus(Result result) {
        return switch (result.outcome()) {
            case Outcome.Passed _ -> new Sums(passed + 1, failed, skipped, reasons);
            case Outcome.Failed _ -> new Sums(passed, failed + 1, skipped, reasons);
            case Outcome.Skipped(String reason) -> {
                var more = new TreeMap<>(reasons);
                more.merge(reason, 1, Integer::sum);
                yield new Sums(passed, failed, skipped + 1, more);
            }
        };
    }

    void print(PrintWriter out) {
        reasons.forEach((reason, count) -> out.println("skipped " + count + ": " + reason));
        out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
    }
}
