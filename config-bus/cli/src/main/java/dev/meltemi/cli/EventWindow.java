package dev.meltemi.cli;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.AccessEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which stretch of time a question about traffic is about; the same options on every such command.
final class EventWindow {
    /// Events arrive some time after the request's end: a sidecar sends them in batches, and after a lost broker later.
    private static final Duration LATE = Duration.ofMinutes(1);

    @Option(
            names = {"-t", "--time-window"},
            defaultValue = "1m",
            paramLabel = "DURATION",
            description = "requests that ended within (default: 1m)")
    Duration window = Duration.ofMinutes(1);

    @Option(names = "--from", paramLabel = "TIME", description = "begin there instead: 2026-11-21T14:00:00Z")
    @Nullable
    Instant from;

    @Option(names = "--to", paramLabel = "TIME", description = "end there instead of now")
    @Nullable
    Instant to;

    record Span(Instant begin, Instant end) {
        Duration length() {
            return Duration.between(begin, end);
        }

        boolean holds(Instant time) {
            return !time.isBefore(begin) && time.isBefore(end);
        }
    }

    Span span(Instant now) {
        Instant end = to == null ? now : to;
        Instant begin = from == null ? end.minus(window) : from;
        if (!begin.isBefore(end)) {
            throw new CommandFailure(ExitCode.USAGE, "--from " + begin + " isn't before " + end);
        }
        return new Span(begin, end);
    }

    /// Hands over each request of the span once: as its caller's proxy saw it, or, where the caller has none that
    /// speaks, as the called one's did. Reads twice instead of remembering.
    void requests(BusOptions bus, MeshBus opened, Span span, Consumer<AccessEvent> each) {
        var callers = new HashSet<String>();
        events(bus, opened, span, event -> {
            if (isCallers(event)) {
                callers.add(source(event));
            }
        });
        events(bus, opened, span, event -> {
            if (isCallers(event) || !callers.contains(source(event))) {
                each.accept(event);
            }
        });
    }

    /// Hands over what both sides said.
    static void events(BusOptions bus, MeshBus opened, Span span, Consumer<AccessEvent> each) {
        bus.each(opened, List.of(Topics.ACCESS), span.begin().minus(LATE), event -> {
            if (event instanceof TopicEvent.Put<?> put
                    && put.value() instanceof AccessEvent access
                    && span.holds(access.getStartTime().plusNanos(access.getDurationUs() * 1000))) {
                each.accept(access);
            }
        });
    }

    private static boolean isCallers(AccessEvent event) {
        return event.getReporter().equals("source");
    }

    private static String source(AccessEvent event) {
        return event.getSourceWorkload() + "." + event.getSourceWorkloadNamespace();
    }
}
