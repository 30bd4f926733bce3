package dev.meltemi.admission;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import reactor.core.Disposable;

/// Everything that admission has written, as a foreign reader sees it.
final class Contents implements AutoCloseable {
    private static final List<Topic<?>> WRITTEN =
            List.of(Topics.ACCEPTED, Topics.STATUS, Topics.HISTORY, Topics.REJECTED);

    private final List<TopicEvent<?>> seen = new CopyOnWriteArrayList<>();
    private final Disposable following;

    Contents(MeshBus bus) {
        this.following = bus.follow(WRITTEN).subscribe(seen::add);
    }

    Optional<String> accepted(String key) {
        return newest(Topics.ACCEPTED, key)
                .filter(TopicEvent.Put.class::isInstance)
                .map(event -> String.valueOf(((TopicEvent.Put<?>) event).value()));
    }

    Optional<ConfigStatus> status(String key) {
        return newest(Topics.STATUS, key)
                .filter(TopicEvent.Put.class::isInstance)
                .map(event -> (ConfigStatus) ((TopicEvent.Put<?>) event).value());
    }

    ConfigStatus verdict(String key, long offset) {
        Awaitility.await()
                .until(() ->
                        status(key).filter(s -> s.observedOffset() >= offset).isPresent());
        return status(key).orElseThrow();
    }

    List<TopicEvent<?>> records(Topic<?> topic) {
        return seen.stream()
                .filter(event -> event.topic().equals(topic))
                .filter(event -> event instanceof TopicEvent.Put<?> || event instanceof TopicEvent.Delete<?>)
                .toList();
    }

    private Optional<TopicEvent<?>> newest(Topic<?> topic, String key) {
        return records(topic).reversed().stream()
                .filter(event -> key(event).equals(key))
                .findFirst();
    }

    private static String key(TopicEvent<?> event) {
        return switch (event) {
            case TopicEvent.Put<?> put -> put.key();
            case TopicEvent.Delete<?> delete -> delete.key();
            case TopicEvent<?> other -> throw new IllegalArgumentException("no record: " + other);
        };
    }

    @Override
    public void close() {
        following.dispose();
    }
}
