package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The lines of `cases.txt` and `scope-cases.txt`.
class OwnCasesTest {
    record Line(String kind, String verdict, String words, String spec) {}

    static Stream<Line> lines() throws IOException {
        return Stream.concat(lines("cases.txt"), lines("scope-cases.txt"));
    }

    private static Stream<Line> lines(String file) throws IOException {
        try (InputStream in = Objects.requireNonNull(OwnCasesTest.class.getResourceAsStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> !line.isBlank() && !line.startsWith("#"))
                            .map(line -> line.split("\\|", 4))
                            .map(parts ->
                                    new Line(parts[0].strip(), parts[1].strip(), parts[2].strip(), parts[3].strip()))
                            .toList()
                            .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void judges_as_the_line_says(Line line) {
        Verdict verdict = Documents.judge(
                "apiVersion: %s\nkind: %s\nmetadata: %s\nspec: %s\n"
                        .formatted(apiVersion(line.kind()), line.kind(), metadata(line.kind()), line.spec()),
                Optional.empty());

        assertThat(name(verdict)).as("%s", verdict).contains(line.verdict());
        assertThat(sayings(verdict)).contains(line.words().split("; "));
    }

    private static String apiVersion(String kind) {
        return switch (kind) {
            case "PeerAuthentication" -> "security.istio.io/v1";
            case "ProxyConfig" -> "networking.istio.io/v1beta1";
            case "MeshConfig" -> "meltemi.dev/v1";
            default -> "networking.istio.io/v1";
        };
    }

    private static String metadata(String kind) {
        return kind.equals("MeshConfig") ? "{name: default, namespace: istio-system}" : "{name: x}";
    }

    private static List<String> name(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Rejected rejected -> List.of("rejected");
            case Verdict.Accepted accepted when !accepted.notInForce().isEmpty() -> List.of("not-in-force");
            case Verdict.Accepted accepted when !accepted.warnings().isEmpty() -> List.of("warned");
            case Verdict.Accepted accepted -> List.of("accepted");
        };
    }

    private static String sayings(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Rejected rejected -> said(rejected.errors());
            case Verdict.Accepted accepted -> said(accepted.warnings()) + String.join("\n", accepted.notInForce());
        };
    }

    private static String said(List<Finding> findings) {
        return findings.stream()
                .map(finding -> finding.code() + " " + finding.text() + " "
                        + finding.hint().orElse(""))
                .collect(Collectors.joining("\n"));
    }
}
