package dev.meltemi.bus;

import dev.meltemi.schemas.Topic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a bus says of itself when it is asked.
///
/// @param clock of the broker that leads, as of the answer; empty when it doesn't tell
public record BusState(String clusterId, int brokers, Optional<Instant> clock, List<TopicState> topics) {
    public BusState {
        topics = List.copyOf(topics);
    }

    /// @param topicId empty when the topic doesn't exist
    /// @param ends next offset of each partition, as `beginnings` the first that is still there
    /// @param settings those that the catalogue has an opinion of, as the broker has them
    /// @param differences from the catalogue, each with how to mend it
    /// @param rights what we may do with it: `READ`, `WRITE`, `DESCRIBE` …; empty when the broker doesn't tell
    public record TopicState(
            Topic<?> topic,
            String topicId,
            List<Long> beginnings,
            List<Long> ends,
            Map<String, String> settings,
            List<String> differences,
            Set<String> rights) {
        public TopicState {
            beginnings = List.copyOf(beginnings);
            ends = List.copyOf(ends);
            settings = Map.copyOf(settings);
            differences = List.copyOf(differences);
            rights = Set.copyOf(rights);
        }

        static TopicState missing(Topic<?> topic) {
            return new TopicState(topic, "", List.of(), List.of(), Map.of(), List.of(), Set.of());
        }

        public boolean exists() {
            return !topicId.isEmpty();
        }
    }
}
