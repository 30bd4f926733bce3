package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.Topics;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "wait", description = "Waits until every sidecar runs the newest version of a document.")
final class WaitCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Parameters(arity = "1..*", paramLabel = "KIND/NAME", description = "virtualservice/reviews, vs reviews …")
    List<String> words = List.of();

    @Option(
            names = {"-n", "--namespace"},
            defaultValue = "default",
            description = "namespace (default: default)")
    String namespace = "default";

    @Option(names = "--for", defaultValue = "applied", description = "${COMPLETION-CANDIDATES} (default: applied)")
    Goal goal = Goal.applied;

    @Option(names = "--timeout", defaultValue = "30s", description = "give up after (default: ${DEFAULT-VALUE})")
    Duration timeout = Duration.ofSeconds(30);

    enum Goal {
        accepted,
        applied
    }

    WaitCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var keys =
                Target.of(words).stream().map(target -> target.key(namespace)).toList();
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch = bus.watch(opened, List.of(Topics.CONFIG, Topics.STATUS, Topics.SIDECARS))) {
            long started = System.nanoTime();
            int worst = ExitCode.OK;
            for (var key : keys) {
                var left = timeout.minusNanos(System.nanoTime() - started);
                worst = Math.max(worst, await(watch, key, left.isNegative() ? Duration.ZERO : left, started));
            }
            return worst;
        }
    }

    private int await(MeshWatch watch, ResourceKey key, Duration left, long started) {
        String name = Target.shortName(key);
        String at = key.toString();
        if (!watch.await(now -> now.desired.containsKey(at) && judged(now, at), left)) {
            boolean written = watch.read(now -> now.desired.containsKey(at));
            err().println(name
                    + (written
                            ? " is not judged yet: is admission running (`meltemi control`)?"
                            : " not found in namespace " + key.namespace()));
            return ExitCode.TIMEOUT;
        }
        ConfigStatus status = watch.read(now -> now.status(at)).orElseThrow();
        if (status.state() == ConfigStatus.State.Rejected) {
            err().println(name + " was rejected (offset " + status.observedOffset() + "): "
                    + (status.messages().isEmpty()
                            ? "no reason given"
                            : status.messages().getFirst().text()));
            return ExitCode.DATA;
        }
        if (goal == Goal.accepted) {
            out().println(name + " accepted (offset " + status.lastAcceptedOffset() + ")");
            return ExitCode.OK;
        }
        String topicId = watch.read(now -> now.desired(at)).orElseThrow().at().topicId();
        return new AppliedReport(watch, name, topicId, status.lastAcceptedOffset(), surroundings.clock())
                .await(left, started, out(), err());
    }

    private static boolean judged(MeshPicture now, String key) {
        var status = now.statuses.get(key);
        var desired = now.desired.get(key);
        return status != null
                && desired != null
                && status.observedOffset() >= desired.at().number();
    }
}
