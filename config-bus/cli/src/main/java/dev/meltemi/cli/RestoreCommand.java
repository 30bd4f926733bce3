package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.bus.state.Restoration;
import dev.meltemi.bus.state.SavedState;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "restore",
        description = {
            "Publishes the rules again that a broker has lost.",
            "The documents of a state folder of the control services (meltemi control --state-dir) go to config in"
                    + " their old order; control services and sidecars then adopt the new topic by themselves."
        })
final class RestoreCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Option(
            names = "--state-dir",
            paramLabel = "DIR",
            description = "state folder of a control process; of several, the newest state is taken")
    List<Path> stateDirs = List.of();

    @Option(names = "--from", paramLabel = "FILE", description = "one last-known-good file of admission")
    @Nullable
    Path from;

    @Option(names = "--dry-run", description = "only say what would be published")
    boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "do it")
    boolean yes;

    RestoreCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var saved = saved();
        var age = Duration.between(saved.writtenAt(), surroundings.clock().instant());
        err().println("state of " + saved.writtenAt() + " (" + DurationText.of(age) + " old): "
                + saved.records().size() + " documents, offset "
                + saved.revision().offset() + " of topic id " + saved.revision().topicId());
        try (MeshBus opened = bus.open(surroundings.buses())) {
            opened.requireReachable();
            if (!dryRun) {
                opened.ensureTopics(Topics.all());
            }
            var needed = Restoration.needed(opened, saved, bus.requestTimeout);
            if (needed.isEmpty()) {
                out().println("nothing to restore: config is the topic of that state, or was restored from it");
                out().flush();
                return ExitCode.OK;
            }
            return restore(opened, needed.get());
        }
    }

    private int restore(MeshBus opened, Restoration restoration) {
        var table = new Table("DOCUMENT", "OFFSET", "AUTHOR");
        for (var document : restoration.documents()) {
            table.add(
                    document.key(),
                    document.headers().last(Headers.CONFIG_OFFSET).orElse("-"),
                    document.headers().last(Headers.AUTHOR).orElse("-"));
        }
        table.print(out());
        restoration
                .since()
                .forEach(write -> out().println("published since the loss, kept as the newer: " + write.key()));
        out().flush();
        if (dryRun) {
            return ExitCode.OK;
        }
        if (!yes) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "topic id " + restoration.lost() + " is lost, config is " + restoration.now()
                            + " now: say --yes to publish these "
                            + restoration.documents().size()
                            + " documents again; nothing was published");
        }
        restoration.publish(opened, bus.requestTimeout);
        out().println("restored " + restoration.documents().size() + " documents of topic id " + restoration.lost()
                + " on " + restoration.now() + "; `meltemi proxy-status` shows who runs them");
        out().flush();
        return ExitCode.OK;
    }

    private SavedState saved() {
        if (from != null) {
            try {
                return SavedState.read(from);
            } catch (IOException e) {
                throw new CommandFailure(ExitCode.DATA, "can't read the state in " + from + ": " + e.getMessage(), e);
            }
        }
        if (stateDirs.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "say whose state to restore: --state-dir DIR of a control process, or --from FILE");
        }
        var states = new ArrayList<SavedState>();
        stateDirs.forEach(folder -> Memory.saved(folder, Memory.RULES).ifPresent(states::add));
        return Restoration.newest(states)
                .orElseThrow(() -> new CommandFailure(
                        ExitCode.DATA,
                        "no last-known-good file in " + stateDirs + "; `meltemi control --state-dir DIR` writes them"
                                + " to DIR/" + Memory.RULES));
    }
}
