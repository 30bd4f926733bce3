package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "delete", description = "Deletes documents, by publishing tombstones.")
final class DeleteCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Parameters(arity = "0..*", paramLabel = "KIND NAME", description = "vs reviews, virtualservice/reviews …")
    List<String> words = List.of();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR|-",
            description = "documents to delete")
    List<String> files = List.of();

    @Option(
            names = {"-n", "--namespace"},
            description = "namespace (default: default)")
    @Nullable
    String namespace;

    @Option(
            names = "--wait",
            arity = "0..1",
            fallbackValue = "30s",
            paramLabel = "DURATION",
            description = "wait until no sidecar runs it any more, by default at most 30s")
    @Nullable
    Duration wait;

    @Option(names = "--ignore-not-found", description = "what isn't there needs no deleting")
    boolean ignoreNotFound;

    DeleteCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Exception {
        List<ResourceKey> keys = keys();
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch = bus.watch(opened, List.of(Topics.CONFIG, Topics.SIDECARS))) {
            int worst = ExitCode.OK;
            for (var key : keys) {
                if (watch.read(now -> now.desired.containsKey(key.toString()))) {
                    worst = Math.max(worst, delete(opened, watch, key));
                } else if (!ignoreNotFound) {
                    err().println("error: " + Target.shortName(key) + " not found in namespace " + key.namespace());
                    worst = Math.max(worst, ExitCode.UNKNOWN);
                }
            }
            return worst;
        }
    }

    private int delete(MeshBus opened, MeshWatch watch, ResourceKey key) {
        long started = System.nanoTime();
        var offset = opened.publish(Write.delete(Topics.CONFIG, key.toString())).block(bus.requestTimeout);
        if (offset == null) {
            throw bus.unanswered();
        }
        out().println(Target.shortName(key) + " deleted (offset " + offset.number() + ")");
        if (wait == null) {
            return ExitCode.OK;
        }
        return new AppliedReport(
                        watch,
                        Target.shortName(key) + " deletion",
                        offset.topicId(),
                        offset.number(),
                        surroundings.clock())
                .await(wait, started, out(), err());
    }

    private List<ResourceKey> keys() {
        var keys = new ArrayList<ResourceKey>();
        for (Target target : Target.of(words)) {
            keys.add(target.key(namespace == null ? "default" : namespace));
        }
        if (!files.isEmpty()) {
            for (var document : JudgedDocument.of(SourceDocument.read(files, surroundings.in()), namespace)) {
                keys.add(document.key().orElseThrow(() -> {
                    FindingText.print(err(), document);
                    return new CommandFailure(
                            ExitCode.DATA,
                            document.source().file() + " doesn't say what to delete; nothing was deleted");
                }));
            }
        }
        if (keys.isEmpty()) {
            throw new CommandFailure(ExitCode.USAGE, "say what to delete: KIND NAME, or -f FILE");
        }
        return keys;
    }
}
