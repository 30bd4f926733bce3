package dev.meltemi.resources;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The lines of `gateway-api.txt`: what the Gateway API's CRDs accept and refuse.
class GatewayApiCasesTest {
    /// @param words that the findings contain; for an accepted document, what isn't in force
    record Line(String kind, String verdict, String words, String spec) {}

    private static final Pattern REPEATED = Pattern.compile("<<(.*?)\\*(\\d+)>>");

    static Stream<Line> lines() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(GatewayApiCasesTest.class.getResourceAsStream("gateway-api.txt"))) {
            List<Line> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split("\\|", 4))
                    .map(parts -> new Line(parts[0].strip(), parts[1].strip(), parts[2].strip(), parts[3].strip()))
                    .toList();
            return lines.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("lines")
    void judges_as_the_line_says(Line line) {
        int slash = line.kind().indexOf('/');
        String kind = line.kind().substring(slash + 1);
        String version = slash < 0 ? "v1" : line.kind().substring(0, slash);

        Verdict verdict = Documents.judge(
                "apiVersion: %s/%s\nkind: %s\nmetadata: {name: x}\nspec: %s\n"
                        .formatted(
                                kind.startsWith("X") ? "gateway.networking.x-k8s.io" : "gateway.networking.k8s.io",
                                version,
                                kind,
                                expanded(line.spec())),
                Optional.empty());

        assertThat(verdict.getClass().getSimpleName().toLowerCase(Locale.ROOT))
                .as("%s", verdict)
                .isEqualTo(line.verdict());
        assertThat(sayings(verdict)).contains(line.words().split("; "));
    }

    private static String expanded(String spec) {
        return REPEATED.matcher(spec).replaceAll(match -> match.group(1).repeat(Integer.parseInt(match.group(2))));
    }

    private static String sayings(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Rejected(List<Finding> errors) ->
                errors.stream()
                        .map(error -> error.text() + " " + error.hint().orElse(""))
                        .collect(Collectors.joining("\n"));
            case Verdict.Accepted accepted -> String.join("\n", accepted.notInForce());
        };
    }
}
