package dev.meltemi.houserules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// The project as files.
final class SourceFiles {
    private static final Set<String> NOT_OURS = Set.of("target", ".git", "node_modules");

    private SourceFiles() {}

    static Path root() {
        return Path.of(System.getProperty("meltemi.root", "../.."))
                .toAbsolutePath()
                .normalize();
    }

    static List<Path> named(String suffix) {
        try (var files = Files.walk(root())) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .filter(file -> {
                        for (Path part : root().relativize(file)) {
                            if (NOT_OURS.contains(part.toString())) {
                                return false;
                            }
                        }
                        return true;
                    })
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
