package dev.meltemi.cli;

import dev.meltemi.bus.InMemoryBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import picocli.CommandLine;
import reactor.core.Disposable;

/// Somebody at a terminal, a bus, and admission's part played by two lines of code.
final class Operator {
    static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    final InMemoryBus bus = InMemoryBus.create(InstantSource.fixed(NOW));
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String typed = "";
    private BusFactory buses = (_, _, _, _) -> new BorrowedBus(bus);

    @CommandLine.Command(name = "meltemi")
    static final class Root {}

    int types(String... words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var in = new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8));
        var line = new CommandLine(new Root());
        OperatorCommands.addTo(line, new Surroundings(buses, InstantSource.fixed(NOW), in));
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return line.execute(words);
    }

    Operator piping(String text) {
        typed = text;
        return this;
    }

    Operator withoutBroker() {
        buses = (bootstrapServers, _, _, _) -> new AbsentBus(bootstrapServers);
        return this;
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    Disposable admissionAccepts() {
        return judging((offset, text) -> status(State.Accepted, offset, offset, List.of()), true);
    }

    Disposable admissionRejects(Message why) {
        return judging((offset, text) -> status(State.Rejected, offset, -1, List.of(why)), false);
    }

    private interface Opinion {
        ConfigStatus of(long offset, String text);
    }

    private Disposable judging(Opinion opinion, boolean accepts) {
        return bus.follow(List.of(Topics.CONFIG)).subscribe(event -> {
            if (event instanceof TopicEvent.Put<?> put && put.value() instanceof byte[] bytes) {
                String text = new String(bytes, StandardCharsets.UTF_8);
                if (accepts) {
                    bus.publish(Write.put(Topics.ACCEPTED, put.key(), text)).block();
                }
                bus.publish(Write.put(
                                Topics.STATUS, put.key(), opinion.of(put.at().number(), text)))
                        .block();
            }
        });
    }

    private static ConfigStatus status(State state, long observed, long accepted, List<Message> messages) {
        return new ConfigStatus(
                state, observed, accepted, List.of(), messages, List.of(), new AppliedBy(0, 0, List.of()));
    }

    /// A sidecar that says it runs that offset of the config topic.
    void runs(String workload, long offset) {
        Offset probe =
                bus.publish(Write.put(Topics.CONFIG, "probe", new byte[] {'x'})).block();
        bus.publish(Write.delete(Topics.CONFIG, "probe")).block();
        String topicId = probe == null ? "" : probe.topicId();
        var beat = Heartbeat.newBuilder()
                .setInstance(workload + "~1")
                .setWorkload(workload)
                .setNamespace("default")
                .setVersion("0.1")
                .setSentAt(NOW)
                .setTopicId(topicId)
                .setConfigOffset(offset)
                .setSequence(1)
                .build();
        bus.publish(Write.put(Topics.SIDECARS, workload + "~1", beat)).block();
    }
}
