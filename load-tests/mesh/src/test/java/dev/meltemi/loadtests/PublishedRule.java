package dev.meltemi.loadtests;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import reactor.core.Disposable;

/// Watches what the mesh says of rules, and publishes some: what any Kafka tool can do.
final class PublishedRule {
    private PublishedRule() {}

    static Offset publish(RunningDemo demo, String key, String yaml) {
        return java.util.Objects.requireNonNull(demo.bus()
                .publish(Write.put(Topics.CONFIG, key, yaml.getBytes(StandardCharsets.UTF_8)))
                .block(Duration.ofSeconds(10)));
    }

    static Offset delete(RunningDemo demo, String key) {
        return java.util.Objects.requireNonNull(
                demo.bus().publish(Write.delete(Topics.CONFIG, key)).block(Duration.ofSeconds(10)));
    }

    /// The mesh as its topics show it, followed until closed.
    static final class Watch implements AutoCloseable {
        private final Map<String, ConfigStatus> statuses = new ConcurrentHashMap<>();
        private final Map<String, Heartbeat> heartbeats = new ConcurrentHashMap<>();
        private final Disposable following;

        Watch(RunningDemo demo) {
            following =
                    demo.bus().follow(List.of(Topics.STATUS, Topics.SIDECARS)).subscribe(this::take);
        }

        private void take(TopicEvent<?> event) {
            switch (event) {
                case TopicEvent.Put<?> put
                when put.value() instanceof ConfigStatus status -> statuses.put(put.key(), status);
                case TopicEvent.Put<?> put
                when put.value() instanceof Heartbeat heartbeat -> heartbeats.put(put.key(), heartbeat);
                case TopicEvent.Delete<?> delete -> {
                    statuses.remove(delete.key());
                    heartbeats.remove(delete.key());
                }
                default -> {
                    // progress and the like say nothing of rules
                }
            }
        }

        Optional<ConfigStatus> status(String key) {
            return Optional.ofNullable(statuses.get(key));
        }

        /// Instances whose last heartbeat runs that offset or a later one.
        long running(Offset published) {
            return heartbeats.values().stream()
                    .filter(beat -> new Revision(beat.getTopicId(), beat.getConfigOffset(), beat.getSequence())
                            .includes(published.topicId(), published.number()))
                    .count();
        }

        void awaitAppliedEverywhere(Offset published, int sidecars) {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> running(published) >= sidecars);
        }

        void awaitVerdict(String key, Offset published) {
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> status(key)
                            .filter(status -> status.observedOffset() >= published.number())
                            .isPresent());
        }

        @Override
        public void close() {
            following.dispose();
        }
    }
}
