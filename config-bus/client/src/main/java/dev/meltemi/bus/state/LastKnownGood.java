package dev.meltemi.bus.state;

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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Two files that are written in turn, so that one is good whenever the process ends. What they hold is used when
/// the bus is away or has lost it. Used by one thread at a time, never by an event loop.
public final class LastKnownGood {
    private static final Logger LOG = LoggerFactory.getLogger(LastKnownGood.class);
    private static final List<String> NAMES = List.of("last-known-good.0", "last-known-good.1");

    private final Path folder;
    private final Duration oldest;
    private final InstantSource clock;
    private final AtomicLong failures = new AtomicLong();
    private boolean failing;
    private int next;

    /// What a process makes of a file.
    @FunctionalInterface
    public interface Meaning<T> {
        /// @throws MalformedRecordException when a record was written by a version that this one can't read
        T of(SavedState saved) throws MalformedRecordException;
    }

    private record Loaded<T>(T meaning, Instant writtenAt) {}

    /// @param oldest files older than that are refused
    public LastKnownGood(Path folder, Duration oldest, InstantSource clock) {
        this.folder = folder;
        this.oldest = oldest;
        this.clock = clock;
    }

    /// The newer of the files that are whole, young enough and understood. The next write spares it.
    public <T> Optional<T> load(Meaning<T> meaning) {
        Optional<Loaded<T>> best = Optional.empty();
        for (int i = 0; i < NAMES.size(); i++) {
            var loaded = load(folder.resolve(NAMES.get(i)), meaning);
            if (loaded.isPresent()
                    && (best.isEmpty()
                            || loaded.get().writtenAt().isAfter(best.get().writtenAt()))) {
                best = loaded;
                next = (i + 1) % NAMES.size();
            }
        }
        return best.map(Loaded::meaning);
    }

    private <T> Optional<Loaded<T>> load(Path file, Meaning<T> meaning) {
        try {
            var saved = SavedState.parse(Files.readAllBytes(file));
            var age = Duration.between(saved.writtenAt(), clock.instant());
            if (age.compareTo(oldest) > 0) {
                refused(file, "it is " + age.toHours() + " h old, and at most " + oldest.toHours() + " h are served");
                return Optional.empty();
            }
            return Optional.of(new Loaded<>(meaning.of(saved), saved.writtenAt()));
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

    public boolean save(Revision revision, List<SavedRecord> records) {
        return save(revision, Map.of(), records);
    }

    /// Writes beside the newest file and then takes the other's place at once. A failure leaves both as they were,
    /// is counted, and said once until it works again.
    ///
    /// @return false when nothing was written: to be tried again
    public boolean save(Revision revision, Map<String, String> topicIds, List<SavedRecord> records) {
        Path file = folder.resolve(NAMES.get(next));
        Path draft = folder.resolve("last-known-good.draft");
        try {
            Files.createDirectories(folder);
            write(draft, new SavedState(clock.instant(), revision, topicIds, records).bytes());
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            failed(draft, file, e);
            return false;
        }
        next = (next + 1) % NAMES.size();
        if (failing) {
            failing = false;
            LOG.info("event=last-known-good-written-again file={} failures={}", file, failures.get());
        }
        return true;
    }

    /// How many writes failed so far. For any thread.
    public long failures() {
        return failures.get();
    }

    private static void write(Path draft, byte[] all) throws IOException {
        try (var channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(all);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private void failed(Path draft, Path file, IOException why) {
        failures.incrementAndGet();
        try {
            // half a draft would hold on to the last free blocks of a full disk
            Files.deleteIfExists(draft);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
        if (!failing) {
            failing = true;
            LOG.warn(
                    "event=last-known-good-not-written file={} why=\"{}\""
                            + " next=\"serving goes on and it is tried again; check the folder\"",
                    file,
                    why.toString());
        }
    }
}
