package dev.meltemi.distribution;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/// Where a demo keeps its broker's data and its proxies' states: the folder that was asked for, or one that is
/// deleted at the end.
final class DemoFolder implements AutoCloseable {
    private final Path path;
    private final boolean temporary;

    private DemoFolder(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    static DemoFolder open(@Nullable Path asked) throws IOException {
        if (asked == null) {
            return new DemoFolder(Files.createTempDirectory("meltemi-demo-"), true);
        }
        try {
            return new DemoFolder(Files.createDirectories(asked.toAbsolutePath()), false);
        } catch (IOException e) {
            throw new StartFailure("--data-dir " + asked + " can't be made or used: " + e
                    + "; next: name a folder that this user may write");
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        if (!temporary) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
