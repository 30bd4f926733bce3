package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meltemi.resources.ConformanceData.AnalysisCase;
import dev.meltemi.resources.analysis.Analysis;
import dev.meltemi.resources.analysis.AnalysisSettings;
import dev.meltemi.resources.analysis.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Our findings beside Istio's.
class AnalysisConformanceTest {
    /// A floor, so that it can only get better.
    private static final int FOUND_AS_ISTIO_DOES = 44;

    /// When the certificates of the cases are valid, but for the one that expired.
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");

    @Test
    void finds_what_istio_finds() {
        List<String> differences = new ArrayList<>();
        List<AnalysisCase> cases = ConformanceData.analysis();
        for (AnalysisCase one : cases) {
            List<String> actual = found(one);
            if (!actual.equals(one.expected())) {
                differences.add(one.name() + " (" + one.analyzer() + ")\n  expected " + one.expected() + "\n  but was  "
                        + actual);
            }
        }
        assertThat(cases.size() - differences.size())
                .as("cases with Istio's findings; differing:%n%s", String.join("\n", differences))
                .isGreaterThanOrEqualTo(FOUND_AS_ISTIO_DOES);
    }

    private static List<String> found(AnalysisCase one) {
        List<View> documents = Documents.split(one.resources()).stream()
                .map(document -> View.of(document.text(), ""))
                .toList();
        var settings = AnalysisSettings.everything(NOW).only(one.analyzer());
        return Analysis.of(
                        documents,
                        one.meshConfig().map(settings::withMeshConfig).orElse(settings))
                .stream()
                .map(diagnosis -> diagnosis.message() + " " + diagnosis.origin())
                .sorted()
                .toList();
    }
}
