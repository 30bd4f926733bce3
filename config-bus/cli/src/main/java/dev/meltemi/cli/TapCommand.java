package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.AccessEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

@Command(name = "tap", description = "Shows requests as they end, or those of the last minutes and then the new ones.")
final class TapCommand extends OperatorCommand {
    private final Surroundings surroundings;

    @Mixin
    BusOptions bus = new BusOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "TARGET",
            description = "svc/reviews, deploy/reviews-v1 or reviews: what is called")
    @Nullable
    String target;

    @Option(names = "--to", paramLabel = "TARGET", description = "what is called")
    @Nullable
    String to;

    @Option(names = "--from", paramLabel = "TARGET", description = "who calls")
    @Nullable
    String from;

    @Option(names = "--method", description = "only this method")
    @Nullable
    String method;

    @Option(names = "--path", paramLabel = "PREFIX", description = "only paths that begin so")
    @Nullable
    String path;

    @Option(names = "--status", paramLabel = "CODE", description = "only this status: 503, 5xx")
    @Nullable
    String status;

    @Option(
            names = "--reporter",
            defaultValue = "source",
            description = "source, destination or both (default: source)")
    String reporter = "source";

    @Option(names = "--since", paramLabel = "DURATION", description = "first replay what was told since then: 10m")
    @Nullable
    Duration since;

    @Option(names = "--max", paramLabel = "N", description = "end after so many requests")
    long max = Long.MAX_VALUE;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "end after that time")
    @Nullable
    Duration timeout;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "table: a line each; wide: linkerd's three lines; json or jsonl: the events")
    OutputFormat output = OutputFormat.table;

    TapCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        var filter = TapFilter.reportedBy(reporter)
                .to(target)
                .to(to)
                .from(from)
                .method(method)
                .path(path)
                .status(status);
        var start = since == null ? null : surroundings.clock().instant().minus(since);
        var number = new AtomicLong();
        try (MeshBus opened = bus.open(surroundings.buses())) {
            opened.requireReachable();
            var events = opened.tail(List.of(Topics.ACCESS), start)
                    .<AccessEvent>handle((event, sink) -> {
                        if (event instanceof TopicEvent.Put<?> put && put.value() instanceof AccessEvent access) {
                            sink.next(access);
                        }
                    })
                    .filter(filter::matches)
                    .take(max);
            var bounded = timeout == null ? events : events.take(timeout);
            bounded.doOnNext(event -> print(event, number.getAndIncrement())).blockLast();
        }
        if (number.get() == 0) {
            err().println("No request matched. Are sidecars sending telemetry (`meltemi proxy-status`)? --since 10m"
                    + " looks back.");
        }
        return ExitCode.OK;
    }

    private void print(AccessEvent event, long number) {
        switch (output) {
            case table -> out().println(TapText.line(event));
            case wide -> out().println(TapText.threeLines(event, number));
            case json ->
                out().println(JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(AvroFields.of(event)));
            case jsonl -> out().println(JSON_LINES.writeValueAsString(AvroFields.of(event)));
            case yaml -> out().print("---\n" + new DocumentTree(AvroFields.of(event)).yaml());
            case name -> out().println(event.getRequestId());
        }
        out().flush();
    }

    private static final JsonMapper JSON_LINES = JsonMapper.builder().build();
}
