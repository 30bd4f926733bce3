package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// Where the mesh's bus is; the same options on every command that needs it.
sealed class BusOptions permits ReadOptions {
    /// A broker that answers has answered by then; only after that it is worth a question of its own.
    private static final Duration SOON = Duration.ofMillis(1500);

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "${env:MELTEMI_BOOTSTRAP_SERVERS:-127.0.0.1:19092}",
            description = "Kafka brokers (default: $$MELTEMI_BOOTSTRAP_SERVERS, else 127.0.0.1:19092)")
    String bootstrapServers = "127.0.0.1:19092";

    @Option(
            names = "--prefix",
            defaultValue = "${env:MELTEMI_PREFIX:-mesh.}",
            description = "prefix of the mesh's topics (default: $$MELTEMI_PREFIX, else mesh.)")
    String prefix = Topic.DEFAULT_PREFIX;

    @Option(
            names = "--credentials",
            paramLabel = "DIR",
            defaultValue = "${env:MELTEMI_CREDENTIALS:-}",
            description = "folder with cert.pem, key.pem and roots.pem, as `meltemi ca init` writes it: Kafka by TLS"
                    + " (default: $$MELTEMI_CREDENTIALS, else plaintext)")
    String credentials = "";

    @Option(
            names = "--request-timeout",
            paramLabel = "DURATION",
            defaultValue = "10s",
            description = "how long to wait for a broker (default: ${DEFAULT-VALUE})")
    Duration requestTimeout = Duration.ofSeconds(10);

    /// How long it may take to find out why no broker has answered.
    private static final Duration FOR_THE_REASON = Duration.ofSeconds(5);

    MeshBus open(BusFactory buses) {
        return buses.open(bootstrapServers, prefix, credentials().map(Path::of), requestTimeout);
    }

    /// Empty: plaintext.
    Optional<String> credentials() {
        return Optional.of(credentials).filter(folder -> !folder.isEmpty());
    }

    /// Reads the topics to their ends, and goes on following them.
    MeshWatch watch(MeshBus bus, List<Topic<?>> topics) {
        var watch = new MeshWatch(bus, topics);
        try {
            if (!watch.caughtUp(SOON)) {
                reach(bus);
                if (!watch.caughtUp(requestTimeout)) {
                    throw unanswered();
                }
            }
            return watch;
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
    }

    /// What stands on the topics, once, up to the ends that they have now. For topics that fit into memory.
    ///
    /// @param since null: from the beginning
    List<TopicEvent<?>> read(MeshBus bus, List<Topic<?>> topics, @Nullable Instant since) {
        var events = new ArrayList<TopicEvent<?>>();
        each(bus, topics, since, events::add);
        return events;
    }

    /// The same, one after the other.
    void each(MeshBus bus, List<Topic<?>> topics, @Nullable Instant since, Consumer<TopicEvent<?>> taker) {
        reach(bus);
        var behind = new HashSet<>(topics.stream().map(Topic::name).toList());
        (since == null ? bus.follow(topics) : bus.tail(topics, since))
                .takeUntil(event -> event instanceof TopicEvent.CaughtUp<?> there
                        && behind.remove(there.topic().name())
                        && behind.isEmpty())
                .timeout(requestTimeout, Mono.error(this::unanswered))
                .doOnNext(taker)
                .blockLast();
    }

    /// Does nothing when a broker answers in time. The bus itself fails after that time, and says why; it is
    /// interrupted when even that takes too long.
    void reach(MeshBus bus) {
        Mono.fromRunnable(bus::requireReachable)
                .subscribeOn(Schedulers.boundedElastic())
                .timeout(requestTimeout.plus(FOR_THE_REASON), Mono.error(this::unanswered))
                .block();
    }

    CommandFailure unanswered() {
        return new CommandFailure(
                ExitCode.UNAVAILABLE,
                "no broker at " + bootstrapServers + " answered within " + DurationText.of(requestTimeout)
                        + ".\nIs it running? `meltemi demo` or `meltemi broker` starts one;"
                        + " --bootstrap-servers names another.");
    }
}
