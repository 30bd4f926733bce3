package dev.meltemi.conformance;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Finding;
import dev.meltemi.resources.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Whether a document is accepted, and with or without a warning where the source says so.
final class ValidationCases {
    private static final Set<String> VERDICTS = Set.of("valid", "invalid");

    private ValidationCases() {}

    static List<Case> in(CaseFolder folder) {
        var cases = new ArrayList<Case>();
        for (String file : folder.files("validation", ".jsonl")) {
            cases.addAll(folder.lines(Suite.VALIDATION, file, ValidationCases::read));
        }
        return cases;
    }

    private static Case read(Map<String, Object> line, String place) {
        String id = Node.text(line, "id", place);
        Object expected = line.get("expect");
        if (!VERDICTS.contains(Node.text(line, "expect", "")) || !(line.get("document") instanceof String)) {
            return Case.unreadable(Suite.VALIDATION, id, place + ": needs expect (valid or invalid) and a document");
        }
        return new Case(
                Suite.VALIDATION,
                id,
                Node.text(line, "name", ""),
                expected,
                () -> outcome("valid".equals(expected), warns(line), Objects.toString(line.get("document"), "")));
    }

    /// Empty when the source doesn't say whether there is a warning.
    private static Optional<Boolean> warns(Map<String, Object> line) {
        return switch (line.get("warning")) {
            case null -> Optional.empty();
            case Boolean told -> Optional.of(told);
            case Object text -> Optional.of(!text.toString().isEmpty());
        };
    }

    private static Outcome outcome(boolean valid, Optional<Boolean> warns, String document) {
        return switch (Documents.judge(document, Optional.empty())) {
            case Verdict.Accepted accepted
            when valid -> Outcome.of("valid", warningDifference(warns, accepted.warnings()));
            case Verdict.Accepted accepted ->
                new Outcome.Failed("valid", "should be refused; not in force: " + accepted.notInForce());
            case Verdict.Rejected rejected when valid -> new Outcome.Failed("invalid", texts(rejected.errors()));
            case Verdict.Rejected rejected -> Outcome.of("invalid", refusedForAnotherReason(rejected));
        };
    }

    private static String warningDifference(Optional<Boolean> expected, List<Finding> warnings) {
        if (expected.isEmpty() || expected.get() != warnings.isEmpty()) {
            return "";
        }
        return expected.get() ? "should be accepted with a warning" : "should be accepted without " + texts(warnings);
    }

    /// A kind that isn't read, or a fault of ours, says nothing about the document.
    private static String refusedForAnotherReason(Verdict.Rejected rejected) {
        return texts(rejected.errors().stream()
                .filter(error -> error.code().equals("MESH0199") || error.code().equals("MESH0106"))
                .toList());
    }

    static String texts(List<Finding> findings) {
        return String.join(
                "; ",
                findings.stream()
                        .map(finding -> finding.at().line() + ":" + finding.at().column() + " [" + finding.code() + "] "
                                + finding.text())
                        .toList());
    }
}
