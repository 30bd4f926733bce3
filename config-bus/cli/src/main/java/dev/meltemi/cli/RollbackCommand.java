package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "rollback",
        description = "Publishes an earlier accepted version again, as a new record; a deleted document comes back.")
final class RollbackCommand extends OperatorCommand {
    private static final Duration VERDICT = Duration.ofSeconds(5);
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Parameters(arity = "1..2", paramLabel = "KIND/NAME", description = "vs/reviews, or vs reviews")
    List<String> words = List.of();

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            description = "namespace (default: default)")
    String namespace = "default";

    @Option(
            names = "--to",
            paramLabel = "OFFSET",
            description =
                    "the version accepted there, as `meltemi history` shows it (default: the one before the newest)")
    @Nullable
    Long to;

    @Option(
            names = "--wait",
            arity = "0..1",
            fallbackValue = "30s",
            paramLabel = "DURATION",
            description = "wait until every sidecar runs it, by default at most 30s")
    @Nullable
    Duration wait;

    @Option(names = "--dry-run", description = "show the difference, publish nothing")
    boolean dryRun;

    @Option(names = "--author", description = "who says so, for the history (default: user name)")
    String author = System.getProperty("user.name", "");

    RollbackCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var targets = Target.of(words);
        if (targets.size() != 1) {
            throw new CommandFailure(ExitCode.USAGE, "one document at a time: KIND/NAME");
        }
        ResourceKey key = targets.getFirst().key(namespace);
        String name = Target.shortName(key);
        try (MeshBus opened = bus.open(surroundings.buses())) {
            var plan = RollbackPlan.of(key, HistoryChange.of(bus.read(opened, List.of(Topics.HISTORY), null)), to);
            if (dryRun) {
                out().println("--- " + key + (plan.isInForce() ? " offset " + plan.newest() : " (deleted)"));
                out().println("+++ " + key + " offset " + plan.offset());
                HistoryChange.between(plan.current().orElse(null), plan.text()).forEach(out()::println);
                out().println(name + " rolled back to offset " + plan.offset() + " (dry run)");
                return ExitCode.OK;
            }
            try (MeshWatch watch = bus.watch(opened, List.of(Topics.STATUS, Topics.SIDECARS))) {
                long started = System.nanoTime();
                Offset at = publish(opened, key, plan);
                return outcome(watch, name, key, plan, at, started);
            }
        }
    }

    private Offset publish(MeshBus opened, ResourceKey key, RollbackPlan plan) {
        var headers = Headers.NONE
                .with(Headers.AUTHOR, author)
                .with(Headers.REASON, "rollback to offset " + plan.offset())
                .with(Headers.IF_VERSION, Long.toString(plan.ifVersion()));
        byte[] text = plan.text().getBytes(StandardCharsets.UTF_8);
        Offset at = opened.publish(new Write<>(Topics.CONFIG, key.toString(), text, headers))
                .block(bus.requestTimeout);
        if (at == null) {
            throw bus.unanswered();
        }
        return at;
    }

    private int outcome(MeshWatch watch, String name, ResourceKey key, RollbackPlan plan, Offset at, long started) {
        boolean judged = watch.await(
                now -> now.status(key.toString())
                        .filter(status -> status.observedOffset() >= at.number())
                        .isPresent(),
                VERDICT);
        String done = name + " rolled back to offset " + plan.offset() + " (now offset " + at.number() + ")";
        if (!judged) {
            out().println(done);
            err().println("note: no verdict within " + DurationText.of(VERDICT)
                    + ": is admission running (`meltemi control`)? It will be judged when it does.");
            return wait == null ? ExitCode.OK : ExitCode.TIMEOUT;
        }
        ConfigStatus status = watch.read(now -> now.status(key.toString())).orElseThrow();
        if (status.observedOffset() == at.number() && status.state() == ConfigStatus.State.Rejected) {
            throw new CommandFailure(
                    ExitCode.DATA,
                    name + " was not rolled back: "
                            + (status.messages().isEmpty()
                                    ? "no reason given"
                                    : status.messages().getFirst().text())
                            + ". `meltemi history " + name + "` shows who changed it.");
        }
        out().println(done);
        return wait == null
                ? ExitCode.OK
                : new AppliedReport(watch, name, at.topicId(), at.number(), surroundings.clock())
                        .await(wait, started, out(), err());
    }
}
