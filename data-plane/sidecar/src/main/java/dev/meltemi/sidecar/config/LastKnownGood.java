package dev.meltemi.sidecar.config;

import dev.meltemi.schemas.Compiled;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Revision;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Two files that are written in turn, so that one is good whenever the process ends. What they hold is served when
/// the bus is away at the start. Used by one thread, never by an event loop.
final class LastKnownGood {
    private static final Logger LOG = LoggerFactory.getLogger(LastKnownGood.class);
    private static final List<String> NAMES = List.of("last-known-good.0", "last-known-good.1");

    private final Path folder;
    private final Duration oldest;
    private final InstantSource clock;
    private int next;

    record Loaded(Revision revision, Compiled compiled, Instant writtenAt) {}

    /// @param oldest files older than that are refused
    LastKnownGood(Path folder, Duration oldest, InstantSource clock) {
        this.folder = folder;
        this.oldest = oldest;
        this.clock = clock;
    }

    /// The newer of the files that are whole and young enough. The next write spares it.
    Optional<Loaded> load() {
        Optional<Loaded> best = Optional.empty();
        for (int i = 0; i < NAMES.size(); i++) {
            var loaded = load(folder.resolve(NAMES.get(i)));
            if (loaded.isPresent()
                    && (best.isEmpty()
                            || loaded.get().writtenAt().isAfter(best.get().writtenAt()))) {
                best = loaded;
                next = (i + 1) % NAMES.size();
            }
        }
        return best;
    }

    private Optional<Loaded> load(Path file) {
        try {
            var saved = SavedState.parse(Files.readAllBytes(file));
            var age = Duration.between(saved.writtenAt(), clock.instant());
            if (age.compareTo(oldest) > 0) {
                refused(file, "it is " + age.toHours() + " h old, and at most " + oldest.toHours() + " h are served");
                return Optional.empty();
            }
            return Optional.of(new Loaded(saved.revision(), saved.compiled(), saved.writtenAt()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | MalformedRecordException e) {
            refused(file, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static void refused(Path file, String why) {
        LOG.warn("event=last-known-good-refused file={} why=\"{}\"", file, why);
    }

    /// Writes beside the newest file and then takes the other's place at once.
    void save(Revision revision, List<SavedRecord> records) {
        Path file = folder.resolve(NAMES.get(next));
        Path draft = folder.resolve("last-known-good.draft");
        try {
            Files.createDirectories(folder);
            try (var channel = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(new SavedState(clock.instant(), revision, records).bytes());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            next = (next + 1) % NAMES.size();
        } catch (IOException e) {
            LOG.warn(
                    "event=last-known-good-not-written file={} why=\"{}\" next=\"serving goes on; check the folder\"",
                    file,
                    e.toString());
        }
    }
}
