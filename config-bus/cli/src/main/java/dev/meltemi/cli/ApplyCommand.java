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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "apply", description = "Publishes documents, and says what admission and the sidecars made of them.")
final class ApplyCommand extends OperatorCommand {
    /// Broker refuses larger ones; so does admission.
    private static final int MAX_BYTES = 512 << 10;

    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE|DIR|-",
            description = "what to publish; may be repeated")
    List<String> files = List.of();

    @Option(
            names = {"-n", "--namespace"},
            description = "namespace of documents that name none (default: default)")
    @Nullable
    String namespace;

    @Option(
            names = "--wait",
            arity = "0..1",
            fallbackValue = "30s",
            paramLabel = "DURATION",
            description = "wait until every sidecar runs it, by default at most 30s")
    @Nullable
    Duration wait;

    @Option(names = "--dry-run", paramLabel = "client", description = "judge only, publish nothing")
    @Nullable
    DryRun dryRun;

    @Option(
            names = "--verdict-timeout",
            defaultValue = "5s",
            paramLabel = "DURATION",
            description = "how long to wait for admission's verdict (default: ${DEFAULT-VALUE})")
    Duration verdictTimeout = Duration.ofSeconds(5);

    @Option(names = "--author", description = "who says so, for the history (default: user name)")
    String author = System.getProperty("user.name", "");

    @Option(names = "--reason", defaultValue = "", description = "why, for the history")
    String reason = "";

    enum DryRun {
        client
    }

    private record Published(SourceDocument source, ResourceKey key, Offset offset, long startedNanos) {
        String name() {
            return Target.shortName(key);
        }
    }

    ApplyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Exception {
        var judged = JudgedDocument.of(SourceDocument.read(files, surroundings.in()), namespace);
        judged.forEach(document -> FindingText.print(err(), document));
        if (judged.stream().anyMatch(JudgedDocument::rejected)) {
            err().println("error: nothing was published");
            return ExitCode.DATA;
        }
        judged.forEach(ApplyCommand::mustFit);
        if (dryRun != null) {
            judged.forEach(document ->
                    out().println(Target.shortName(document.key().orElseThrow()) + " configured (dry run)"));
            return ExitCode.OK;
        }
        try (MeshBus opened = bus.open(surroundings.buses());
                MeshWatch watch = bus.watch(opened, List.of(Topics.STATUS, Topics.SIDECARS))) {
            var published = new ArrayList<Published>();
            for (var document : judged) {
                published.add(publish(opened, document));
            }
            int worst = ExitCode.OK;
            for (var one : published) {
                worst = Math.max(worst, outcome(watch, one));
            }
            return worst;
        }
    }

    private static void mustFit(JudgedDocument document) {
        int size = document.source().text().getBytes(StandardCharsets.UTF_8).length;
        if (size > MAX_BYTES) {
            throw new CommandFailure(
                    ExitCode.DATA,
                    document.source().at(1, 1) + " has " + size + " bytes, and a document at most " + MAX_BYTES
                            + ": split it; nothing was published");
        }
    }

    private Published publish(MeshBus opened, JudgedDocument document) {
        ResourceKey key = document.key().orElseThrow();
        var source = document.source();
        var headers = Headers.NONE.with(Headers.AUTHOR, author).with(Headers.REASON, reason);
        var version = DocumentTree.of(source.text()).flatMap(DocumentTree::resourceVersion);
        if (version.isPresent()) {
            headers = headers.with(Headers.IF_VERSION, version.get());
        }
        long started = System.nanoTime();
        byte[] text = source.text().getBytes(StandardCharsets.UTF_8);
        Offset offset = opened.publish(new Write<>(Topics.CONFIG, key.toString(), text, headers))
                .block(bus.requestTimeout);
        if (offset == null) {
            throw bus.unanswered();
        }
        return new Published(source, key, offset, started);
    }

    private int outcome(MeshWatch watch, Published published) {
        long offset = published.offset().number();
        String key = published.key().toString();
        boolean judged = watch.await(
                now -> now.status(key)
                        .filter(status -> status.observedOffset() >= offset)
                        .isPresent(),
                verdictTimeout);
        if (!judged) {
            out().println(published.name() + " configured (offset " + offset + ")");
            err().println("note: no verdict within " + DurationText.of(verdictTimeout)
                    + ": is admission running (`meltemi control`)? It will be judged when it does.");
            return wait == null ? ExitCode.OK : ExitCode.TIMEOUT;
        }
        ConfigStatus status = watch.read(now -> now.status(key)).orElseThrow();
        if (status.observedOffset() == offset && status.state() == ConfigStatus.State.Rejected) {
            FindingText.print(err(), published.source(), published.key(), status);
            String before = status.lastAcceptedOffset() < 0
                    ? "there is no earlier version"
                    : "the version at offset " + status.lastAcceptedOffset() + " stays in force";
            out().println(published.name() + " rejected (offset " + offset + "); " + before);
            return ExitCode.DATA;
        }
        if (wait == null) {
            out().println(published.name() + " configured (offset " + offset + ")");
            return ExitCode.OK;
        }
        return new AppliedReport(watch, published.name(), published.offset().topicId(), offset, surroundings.clock())
                .await(wait, published.startedNanos(), out(), err());
    }
}
