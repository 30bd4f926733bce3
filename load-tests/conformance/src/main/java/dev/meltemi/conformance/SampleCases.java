package dev.meltemi.conformance;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Documents that people copy: all accepted.
final class SampleCases {
    private SampleCases() {}

    static List<Case> in(CaseFolder folder) {
        return folder.files("samples", ".yaml").stream()
                .map(file -> new Case(Suite.SAMPLES, file, "", "valid", () -> outcome(folder.text(file))))
                .toList();
    }

    private static Outcome outcome(String text) {
        var refused = new ArrayList<String>();
        List<Documents.Document> documents = Documents.split(text);
        for (var document : documents) {
            if (Documents.judge(document.text(), Optional.empty()) instanceof Verdict.Rejected rejected) {
                refused.add(ValidationCases.texts(rejected.errors()));
            }
        }
        if (documents.isEmpty()) {
            refused.add("has no document");
        }
        return Outcome.of(refused.isEmpty() ? "valid" : "invalid", String.join("; ", refused));
    }
}
