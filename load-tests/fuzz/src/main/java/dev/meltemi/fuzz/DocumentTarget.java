package dev.meltemi.fuzz;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Finding;
import dev.meltemi.resources.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Any text, perhaps a stream of documents, is judged, compiled and routed by: nothing throws, nothing hangs, and what
/// is refused says where and why. A document that was accepted never makes the compiler or a table throw.
public final class DocumentTarget {
    /// Of one document on a busy machine; a single one takes milliseconds.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private DocumentTarget() {}

    /// Called by the fuzzer before any input: loading and instrumenting our classes takes longer than an input may.
    public static void fuzzerInitialize() {
        judge("");
    }

    /// Called by the fuzzer with each input.
    public static void fuzzerTestOneInput(byte[] data) {
        judge(new String(data, StandardCharsets.UTF_8));
    }

    /// @return how many documents were accepted
    static int judge(String text) {
        var accepted = new ArrayList<Verdict.Accepted>();
        for (var document : Documents.split(text)) {
            long begin = System.nanoTime();
            switch (Documents.judge(document.text(), Optional.empty())) {
                case Verdict.Accepted verdict -> accepted.add(verdict);
                case Verdict.Rejected rejected -> says(rejected.errors(), document.text());
            }
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new AssertionError("judging took longer than " + PATIENCE);
            }
        }
        SmallMesh.with(accepted);
        return accepted.size();
    }

    private static void says(List<Finding> errors, String text) {
        long lines = text.lines().count();
        for (Finding error : errors) {
            if (error.text().isBlank()
                    || error.at().line() < 1
                    || error.at().column() < 1
                    || error.at().line() > lines + 1
                    || error.code().equals("MESH0199")) {
                throw new AssertionError("a refusal that doesn't say what is wrong where: " + error);
            }
        }
        if (errors.isEmpty()) {
            throw new AssertionError("refused without a reason");
        }
    }
}
