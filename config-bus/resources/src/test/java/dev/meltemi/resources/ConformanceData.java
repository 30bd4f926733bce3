package dev.meltemi.resources;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Istio's own validation cases and samples, as data that lies outside this repository. A test that needs them is
/// skipped, visibly, where they aren't.
final class ConformanceData {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ConformanceData() {}

    /// @param valid what Istio says of the document
    /// @param warning what the source states: a warning or none; empty when it states nothing
    record Case(String id, String name, boolean valid, Optional<Boolean> warning, String document) {}

    /// One file of cases a kind.
    static List<Case> validation(String kind) {
        return lines(folder("validation").resolve(kind + ".jsonl"))
                .map(ConformanceData::read)
                .toList();
    }

    /// @param meshConfig empty for Istio's defaults
    /// @param expected `message origin`, in any order
    record AnalysisCase(
            String name, String analyzer, String resources, Optional<String> meshConfig, List<String> expected) {}

    static List<AnalysisCase> analysis() {
        return lines(folder("analysis").resolve("analysis.jsonl"))
                .map(ConformanceData::readAnalysis)
                .toList();
    }

    private static AnalysisCase readAnalysis(String line) {
        JsonNode node = JSON.readTree(line);
        return new AnalysisCase(
                node.path("id").asString() + " " + node.path("name").asString(),
                node.path("analyzer").asString(),
                node.path("resources").asString(),
                node.has("meshConfig") ? Optional.of(node.path("meshConfig").asString()) : Optional.empty(),
                node.path("expect")
                        .valueStream()
                        .map(one -> one.path("message").asString() + " "
                                + one.path("origin").asString())
                        .sorted()
                        .toList());
    }

    /// Files below a folder of the data.
    static List<Path> files(String folder) {
        try (Stream<Path> files = Files.walk(folder(folder))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder(String name) {
        Path folder = root().resolve(name);
        assumeTrue(
                Files.isDirectory(folder),
                "no conformance data at " + folder + ": set MELTEMI_CASES or -Dmeltemi.cases to its folder");
        return folder;
    }

    private static Path root() {
        String given = Optional.ofNullable(System.getProperty("meltemi.cases"))
                .or(() -> Optional.ofNullable(System.getenv("MELTEMI_CASES")))
                .orElse("");
        String repository = System.getProperty("meltemi.root", ".");
        return given.isEmpty()
                ? Path.of(repository).toAbsolutePath().resolveSibling("shared").resolve("cases")
                : Path.of(given);
    }

    private static Stream<String> lines(Path file) {
        return text(file).lines().filter(line -> !line.isBlank());
    }

    private static Case read(String line) {
        JsonNode node = JSON.readTree(line);
        JsonNode warning = node.path("warning");
        Optional<Boolean> warns = warning.isMissingNode() || warning.isNull()
                ? Optional.empty()
                : Optional.of(
                        warning.isBoolean()
                                ? warning.asBoolean()
                                : !warning.asString().isEmpty());
        return new Case(
                node.path("id").asString(),
                node.path("name").asString(),
                node.path("expect").asString().equals("valid"),
                warns,
                node.path("document").asString());
    }
}
