package dev.meltemi.faults;

import dev.meltemi.bus.state.LastKnownGood;
import dev.meltemi.bus.state.SavedRecord;
import dev.meltemi.schemas.Revision;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.IntStream;

/// A process that writes last-known-good files until it is killed.
public final class WriteLoop {
    private static final int RECORDS = 200;
    private static final int BYTES = 1_000;

    private WriteLoop() {}

    /// @param arguments the folder
    public static void main(String[] arguments) {
        var files = new LastKnownGood(Path.of(arguments[0]), Duration.ofDays(1), InstantSource.system());
        long sequence = files.load(saved -> saved.revision().sequence()).orElse(0L);
        List<SavedRecord> records = IntStream.range(0, RECORDS)
                .mapToObj(i -> new SavedRecord("routes", "service-" + i, new byte[BYTES]))
                .toList();
        files.save(new Revision("topic", 0, ++sequence), records);
        System.out.println("WRITING");
        System.out.flush();
        while (files.save(new Revision("topic", 0, ++sequence), records)) {
            // until the kill
        }
    }
}
