package dev.meltemi.faults;

import dev.meltemi.bus.BusException;
import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/// What the lab tells the mesh, and what the mesh says of it: what any Kafka tool can do.
public final class Told implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(25);
    private static final int AT_ONCE = 64;
    private static final Duration AGAIN = Duration.ofMillis(50);

    private final MeshBus bus;
    private final Map<String, ConfigStatus> statuses = new ConcurrentHashMap<>();
    private final Map<String, Heartbeat> heartbeats = new ConcurrentHashMap<>();
    private final AtomicInteger backwards = new AtomicInteger();
    private final Disposable following;

    Told(MeshBus bus) {
        this.bus = bus;
        this.following = bus.follow(List.of(Topics.STATUS, Topics.SIDECARS)).subscribe(this::take, why -> {
            throw new IllegalStateException("the lab can't follow the mesh", why);
        });
    }

    private void take(TopicEvent<?> event) {
        switch (event) {
            case TopicEvent.Put<?> put
            when put.value() instanceof ConfigStatus status -> statuses.put(put.key(), status);
            case TopicEvent.Put<?> put when put.value() instanceof Heartbeat heartbeat -> beaten(put.key(), heartbeat);
            case TopicEvent.Delete<?> delete -> {
                statuses.remove(delete.key());
                heartbeats.remove(delete.key());
            }
            case TopicEvent.Put<?> _, TopicEvent.Poisoned<?> _, TopicEvent.Progress<?> _ -> {}
            case TopicEvent.CaughtUp<?> _, TopicEvent.Replaced<?> _ -> {}
        }
    }

    private void beaten(String instance, Heartbeat now) {
        var before = heartbeats.put(instance, now);
        if (before != null
                && before.getTopicId().equals(now.getTopicId())
                && before.getSequence() > now.getSequence()) {
            backwards.incrementAndGet();
        }
    }

    /// How often an instance ran an older revision than before.
    public int backwards() {
        return backwards.get();
    }

    public MeshBus bus() {
        return bus;
    }

    /// Publishes a document, again and again until the broker takes it or the patience ends: a broker that is just
    /// coming back isn't a reason to give up.
    public Offset publish(String key, String yaml, Duration patience) {
        return write(Write.put(Topics.CONFIG, key, yaml.getBytes(StandardCharsets.UTF_8)), patience);
    }

    public Offset delete(String key, Duration patience) {
        return write(Write.delete(Topics.CONFIG, key), patience);
    }

    /// Many at once.
    ///
    /// @return the offset of the last one to be taken
    public Offset writeAll(List<Write<byte[]>> writes, Duration patience) {
        var last = Flux.fromIterable(writes)
                .flatMap(bus::publish, AT_ONCE)
                .reduce((one, other) -> one.number() > other.number() ? one : other)
                .block(patience);
        return Objects.requireNonNull(last, "nothing was written");
    }

    public Offset write(Write<?> write, Duration patience) {
        var until = Instant.now().plus(patience);
        while (true) {
            try {
                var offset = bus.publish(write).block(ANSWER);
                if (offset != null) {
                    return offset;
                }
            } catch (BusException | IllegalStateException e) {
                // IllegalStateException: Reactor's word for a time-out
                if (Instant.now().isAfter(until)) {
                    throw e;
                }
                Await.pass(AGAIN);
            }
        }
    }

    public Optional<ConfigStatus> status(String key) {
        return Optional.ofNullable(statuses.get(key));
    }

    /// The last heartbeat of each instance that hasn't said goodbye.
    public Map<String, Heartbeat> heartbeats() {
        return Map.copyOf(heartbeats);
    }

    /// Instances whose last heartbeat runs that offset or a later one.
    public long running(Offset published) {
        return heartbeats.values().stream()
                .filter(beat -> new Revision(beat.getTopicId(), beat.getConfigOffset(), beat.getSequence())
                        .includes(published.topicId(), published.number()))
                .count();
    }

    /// @return how long it took
    public Duration awaitRunning(Offset published, int sidecars, Duration patience) {
        return Await.until(
                "offset " + published.number() + " runs on " + sidecars + " sidecars",
                patience,
                () -> running(published) >= sidecars);
    }

    public ConfigStatus awaitVerdict(String key, Offset published, Duration patience) {
        Await.until(
                "a verdict on " + key,
                patience,
                () -> status(key)
                        .filter(status -> status.observedOffset() >= published.number())
                        .isPresent());
        return status(key).orElseThrow();
    }

    @Override
    public void close() {
        following.dispose();
    }
}
