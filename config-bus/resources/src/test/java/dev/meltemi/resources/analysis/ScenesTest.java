package dev.meltemi.resources.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The lines of `scenes.txt`.
class ScenesTest {
    private static final Pattern DOCUMENT = Pattern.compile("(\\S+) (\\S+)(?: (labels=\\{.*?}))?(?: (\\{.*}))?");

    record Line(String analyzer, String expected, String words, String documents) {}

    static Stream<Line> lines() throws IOException {
        try (InputStream in = Objects.requireNonNull(ScenesTest.class.getResourceAsStream("scenes.txt"))) {
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
    void finds_what_the_line_says(Line line) {
        List<View> documents = Arrays.stream(line.documents().split(" ;; ", -1))
                .map(ScenesTest::document)
                .toList();

        List<Diagnosis> found = Analysis.of(
                documents,
                AnalysisSettings.everything(Instant.parse("2026-01-01T00:00:00Z"))
                        .only(line.analyzer()));

        String findings = found.stream()
                .map(one -> one.finding().code() + " " + one.document().qualifiedName())
                .sorted()
                .collect(Collectors.joining(", "));
        assertThat(findings).as("%s", found).isEqualTo(line.expected().equals("none") ? "" : line.expected());
        assertThat(found.toString()).contains(line.words().split("; ", -1));
    }

    private static View document(String text) {
        Matcher parts = DOCUMENT.matcher(text.strip());
        assertThat(parts.matches()).as(text).isTrue();
        String[] name = parts.group(2).split("/", -1);
        String labels = parts.group(3) == null ? "{}" : parts.group(3).substring("labels=".length());
        return View.of(
                "apiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n  namespace: %s\n  labels: %s\nspec: %s\n"
                        .formatted(
                                group(parts.group(1)),
                                parts.group(1).replace("K8s", ""),
                                name[1],
                                name[0],
                                labels,
                                parts.group(4) == null ? "{}" : parts.group(4)),
                "");
    }

    private static String group(String kind) {
        return switch (kind) {
            case "Service", "Pod", "Node", "Namespace" -> "v1";
            case "Deployment" -> "apps/v1";
            case "AuthorizationPolicy", "RequestAuthentication", "PeerAuthentication" -> "security.istio.io/v1";
            case "Telemetry" -> "telemetry.istio.io/v1";
            case "K8sGateway", "HTTPRoute" -> "gateway.networking.k8s.io/v1";
            case String other when other.startsWith("MeshConfig") -> "meltemi.dev/v1";
            default -> "networking.istio.io/v1";
        };
    }
}
