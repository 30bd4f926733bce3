package dev.meltemi.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// The lab that rows share, started when the first asks for it, and folders for rows that need a lab of their own.
public final class Labs implements AutoCloseable {
    private final Path folder;
    private @Nullable Lab shared;
    private int count;

    public Labs() {
        try {
            folder = Files.createTempDirectory("meltemi-faults-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The whole small mesh; for rows that leave it as they found it.
    public Lab shared() {
        if (shared == null) {
            shared = Lab.start(ownFolder());
        }
        return shared;
    }

    /// One whose sidecars' JVMs have these options, for a row that discards it.
    Lab sharedAnew(java.util.List<String> sidecarJvm) {
        discardShared();
        shared = Lab.start(new Lab(ownFolder(), sidecarJvm));
        return shared;
    }

    /// After a row that didn't: the next one gets a fresh one.
    public void discardShared() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    /// What the shared lab's members said last, for a row that broke.
    java.util.List<String> lastWords() {
        return shared == null ? java.util.List.of() : shared.lastWords();
    }

    public Path ownFolder() {
        return folder.resolve("lab-" + ++count);
    }

    @Override
    public void close() {
        discardShared();
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Labs::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
