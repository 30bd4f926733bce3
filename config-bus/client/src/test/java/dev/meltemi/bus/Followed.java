package dev.meltemi.bus;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/// Everything that a follower got so far.
final class Followed implements AutoCloseable {
    private final List<TopicEvent<?>> events = new CopyOnWriteArrayList<>();
    private volatile @Nullable Throwable error;
    private final Disposable subscription;

    private Followed(Flux<TopicEvent<?>> flux) {
        this.subscription = flux.subscribe(events::add, e -> error = e);
    }

    static Followed of(Flux<TopicEvent<?>> flux) {
        return new Followed(flux);
    }

    List<TopicEvent<?>> until(Predicate<List<TopicEvent<?>>> condition) {
        await().atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> condition.test(events));
        return List.copyOf(events);
    }

    List<TopicEvent<?>> untilCaughtUp() {
        return until(all -> all.stream().anyMatch(TopicEvent.CaughtUp.class::isInstance));
    }

    Throwable untilError() {
        return await().atMost(Duration.ofSeconds(20)).until(() -> error, e -> e != null);
    }

    List<TopicEvent<?>> all() {
        return List.copyOf(events);
    }

    /// Records as `key=value`, tombstones as `-key`, in the order of arrival.
    static List<String> records(List<TopicEvent<?>> events) {
        return events.stream()
                .<String>mapMulti((event, out) -> {
                    switch (event) {
                        case TopicEvent.Put<?> put -> out.accept(put.key() + "=" + put.value());
                        case TopicEvent.Delete<?> delete -> out.accept("-" + delete.key());
                        case TopicEvent.Poisoned<?> poisoned -> out.accept("!" + poisoned.key());
                        case TopicEvent.Progress<?> _, TopicEvent.CaughtUp<?> _, TopicEvent.Replaced<?> _ -> {}
                    }
                })
                .toList();
    }

    @Override
    public void close() {
        subscription.dispose();
    }
}
