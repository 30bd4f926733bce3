package dev.meltemi.cli;

import dev.meltemi.bus.BusException;
import dev.meltemi.bus.BusState;
import dev.meltemi.bus.FencedWriter;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topic;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/// A bus as it stood when a report was made: what is read comes from the file, and nothing can be written.
final class SavedBus implements MeshBus {
    private final ReportFile file;

    private SavedBus(ReportFile file) {
        this.file = file;
    }

    /// @throws CommandFailure when the file is no report
    static SavedBus of(Path path) {
        return new SavedBus(ReportFile.read(path));
    }

    Instant madeAt() {
        return file.madeAt();
    }

    @Override
    public void requireReachable() {}

    @Override
    public Flux<TopicEvent<?>> follow(List<Topic<?>> topics) {
        var events = new ArrayList<TopicEvent<?>>();
        for (var topic : topics) {
            events.addAll(events(topic, null));
        }
        return Flux.concat(Flux.fromIterable(events), Flux.never());
    }

    @Override
    public Flux<TopicEvent<?>> tail(List<Topic<?>> topics, @Nullable Instant since) {
        return Flux.fromIterable(
                topics.stream().flatMap(topic -> events(topic, since).stream()).toList());
    }

    private <V> List<TopicEvent<?>> events(Topic<V> topic, @Nullable Instant since) {
        var events = new ArrayList<TopicEvent<?>>();
        for (var event : file.records(topic)) {
            if (since == null || !event.at().brokerTime().isBefore(since)) {
                events.add(event);
            }
        }
        events.add(new TopicEvent.CaughtUp<>(topic, file.topicId(topic)));
        return events;
    }

    @Override
    public Mono<Offset> publish(Write<?> write) {
        return Mono.error(readOnly());
    }

    @Override
    public FencedWriter fencedWriter(String name) {
        throw readOnly();
    }

    @Override
    public Flux<Boolean> leadership(String service) {
        return Flux.error(readOnly());
    }

    @Override
    public void ensureTopics(List<Topic<?>> topics) {
        throw readOnly();
    }

    @Override
    public BusState inspect(List<Topic<?>> topics) {
        throw readOnly();
    }

    private static BusException readOnly() {
        return new BusException("a bug report can only be read");
    }

    @Override
    public void close() {}
}
