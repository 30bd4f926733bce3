package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The bus, or the file that `bug-report` made of it, for commands that only read.
final class ReadOptions extends BusOptions {
    @Option(
            names = {"-f", "--filename"},
            paramLabel = "bug-report.zip",
            description = "read a bug report instead of a broker")
    @Nullable
    Path report;

    private @Nullable SavedBus saved;

    @Override
    MeshBus open(BusFactory buses) {
        if (report == null) {
            return super.open(buses);
        }
        saved = SavedBus.of(report);
        return saved;
    }

    /// In a report it is still the time at which it was made.
    Instant now(InstantSource clock) {
        return saved == null ? clock.instant() : saved.madeAt();
    }
}
