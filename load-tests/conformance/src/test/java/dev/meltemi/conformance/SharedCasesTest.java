package dev.meltemi.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The conformance data that lie outside this project, judged as `meltemi conformance` does. Where they are absent the
/// test is skipped and says so.
class SharedCasesTest {
    /// How many cases of a suite are known to pass: floors that may only rise.
    @ParameterizedTest
    @CsvSource({
        "VALIDATION, 567",
        "SAMPLES, 193",
        "ROUTING, 135",
        "POLICY, 16",
        "AUTHZ, 19",
        "ANALYSIS, 44",
        "GATEWAY_API, 191",
    })
    void as_many_cases_pass_as_ever_did(Suite suite, int floor) {
        Path folder = folder();
        assumeTrue(
                Files.isDirectory(folder),
                "no conformance data at " + folder + ": set MELTEMI_CASES to the folder that has them");
        var failures = new ArrayList<String>();
        int passed = 0;
        for (Case each : Conformance.cases(new CaseFolder(folder), List.of(suite), "", null)) {
            Result result = each.run();
            passed += result.outcome() instanceof Outcome.Passed ? 1 : 0;
            if (result.failed()) {
                failures.add(each.id() + ": " + result.outcome().reason());
            }
        }
        assertThat(passed)
                .as("cases of %s that pass; failing:%n%s", suite, String.join("\n", failures))
                .isGreaterThanOrEqualTo(floor);
    }

    /// `MELTEMI_CASES`, or beside the project.
    private static Path folder() {
        String named = System.getenv("MELTEMI_CASES");
        return named == null
                ? Path.of(System.getProperty("meltemi.root", "../.."), "../shared/cases")
                        .normalize()
                : Path.of(named);
    }
}
