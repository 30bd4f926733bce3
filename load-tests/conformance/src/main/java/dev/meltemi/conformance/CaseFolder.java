package dev.meltemi.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;

/// A folder of cases. What isn't there has no cases.
record CaseFolder(Path root) {
    private static final ObjectMapper JSON = new ObjectMapper();

    boolean has(String file) {
        return Files.isRegularFile(root.resolve(file));
    }

    String text(String file) {
        try {
            return Files.readString(root.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + root.resolve(file) + ": " + e.getMessage(), e);
        }
    }

    /// Files of that kind below a folder, by name, as {@link #text} takes them.
    List<String> files(String folder, String ending) {
        Path below = root.resolve(folder);
        if (!Files.isDirectory(below)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(below)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + below + ": " + e.getMessage(), e);
        }
    }

    /// One JSON object a line. A line that can't be read is a case that fails.
    ///
    /// @param reader is given the object and, for a case without an id, `file:line`
    List<Case> lines(Suite suite, String file, BiFunction<Map<String, Object>, String, Case> reader) {
        var cases = new ArrayList<Case>();
        int number = 0;
        for (String line : text(file).lines().toList()) {
            number++;
            if (!line.isBlank()) {
                String place = file + ":" + number;
                try {
                    cases.add(reader.apply(JSON.readValue(line, new TypeReference<>() {}), place));
                } catch (JacksonException e) {
                    cases.add(Case.unreadable(suite, place, "is no JSON object: " + e.getOriginalMessage()));
                }
            }
        }
        return cases;
    }

    /// One scenario a document. A stream that can't be read is a case that fails.
    List<Case> scenarios(Suite suite, String file, BiFunction<Map<String, Object>, String, List<Case>> reader) {
        var cases = new ArrayList<Case>();
        try {
            int number = 0;
            for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(text(file))) {
                number++;
                if (document != null) {
                    cases.addAll(reader.apply(Node.map(document), file + "#" + number));
                }
            }
        } catch (YamlEngineException e) {
            cases.add(Case.unreadable(suite, file, "is no YAML: " + e.getMessage()));
        }
        return cases;
    }
}
