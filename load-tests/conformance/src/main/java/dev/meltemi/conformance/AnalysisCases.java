package dev.meltemi.conformance;

import dev.meltemi.resources.Documents;
import dev.meltemi.resources.analysis.Analysis;
import dev.meltemi.resources.analysis.AnalysisSettings;
import dev.meltemi.resources.analysis.Diagnosis;
import dev.meltemi.resources.analysis.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a named analyzer says of several resources together. The order doesn't matter; how often does.
final class AnalysisCases {
    /// Cases don't name the time at which certificates are looked at: some day on which those are valid that aren't
    /// meant to have expired.
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

    private static final Set<String> EXPECTED = Set.of("message", "origin");

    private AnalysisCases() {}

    static List<Case> in(CaseFolder folder) {
        var cases = new ArrayList<Case>();
        for (String file : folder.files("analysis", ".jsonl")) {
            cases.addAll(folder.lines(Suite.ANALYSIS, file, AnalysisCases::read));
        }
        return cases;
    }

    private static Case read(Map<String, Object> line, String place) {
        String id = Node.text(line, "id", place);
        if (!(line.get("expect") instanceof List<?> expected)
                || !(line.get("resources") instanceof String resources)
                || !(line.get("analyzer") instanceof String analyzer)) {
            return Case.unreadable(Suite.ANALYSIS, id, place + ": needs an analyzer, resources and a list expect");
        }
        return new Case(
                Suite.ANALYSIS,
                id,
                Node.text(line, "name", "") + ": " + analyzer,
                expected,
                () -> outcome(analyzer, resources, Node.text(line, "meshConfig", ""), Node.maps(expected)));
    }

    private static Outcome outcome(
            String analyzer, String resources, String meshConfig, List<Map<String, Object>> expected) {
        for (Map<String, Object> each : expected) {
            String unknown = Node.unknown(each, EXPECTED);
            if (!unknown.isEmpty()) {
                return new Outcome.Failed(null, unknown);
            }
        }
        if (!Analysis.analyzers().contains(analyzer)) {
            return new Outcome.Failed(null, "there is no analyzer " + analyzer);
        }
        var settings = AnalysisSettings.everything(NOW).only(analyzer);
        List<Diagnosis> found = Analysis.of(
                Documents.split(resources).stream()
                        .map(document -> View.of(document.text(), ""))
                        .toList(),
                meshConfig.isEmpty() ? settings : settings.withMeshConfig(meshConfig));
        List<Map<String, Object>> actual = found.stream()
                .map(each -> Map.<String, Object>of("message", each.message(), "origin", each.origin()))
                .toList();
        return Outcome.of(actual, difference(told(expected), told(actual)));
    }

    private static List<String> told(List<Map<String, Object>> messages) {
        return messages.stream()
                .map(each -> each.get("message") + " (" + each.get("origin") + ")")
                .sorted()
                .toList();
    }

    private static String difference(List<String> expected, List<String> actual) {
        var missing = new ArrayList<>(expected);
        actual.forEach(missing::remove);
        var surplus = new ArrayList<>(actual);
        expected.forEach(surplus::remove);
        return (missing.isEmpty() ? "" : "not found: " + missing)
                + (surplus.isEmpty() ? "" : " not expected: " + surplus);
    }
}
