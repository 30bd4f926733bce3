package dev.meltemi.faults;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.Offset;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.SetDigest;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.compiled.Cut;
import dev.meltemi.schemas.compiled.TopicCut;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All cuts that were ever published, checked by somebody who trusts nobody: what each names is replayed from the
/// topics up to where it ends, counted and digested.
///
/// @param shortcomings a sentence each
record PublishedCuts(int cuts, int heartbeats, List<String> shortcomings) {
    private static final List<Topic<?>> TOPICS = List.of(
            Topics.ROUTES,
            Topics.GATEWAYS,
            Topics.ENDPOINTS,
            Topics.ACCESS_RULES,
            Topics.SETTINGS,
            Topics.REVISIONS,
            Topics.SIDECARS);

    /// @param raw null for a tombstone
    @SuppressWarnings("ArrayRecordComponent") // a record's bytes, which nobody writes to
    private record Written(String key, byte @Nullable [] raw, Offset at) {}

    static PublishedCuts read(MeshBus bus, Duration patience) {
        var read = new Reading();
        bus.follow(TOPICS)
                .doOnNext(read::take)
                .takeUntil(_ -> read.caughtUp.size() == TOPICS.size())
                .then()
                .block(patience);
        return read.judged();
    }

    private static final class Reading {
        private final Map<String, List<Written>> records = new HashMap<>();
        private final List<Cut> cuts = new ArrayList<>();
        private final List<Heartbeat> heartbeats = new ArrayList<>();
        private final Set<Topic<?>> caughtUp = new HashSet<>();

        void take(TopicEvent<?> event) {
            switch (event) {
                case TopicEvent.Put<?> put when put.value() instanceof Cut cut -> cuts.add(cut);
                case TopicEvent.Put<?> put when put.value() instanceof Heartbeat heartbeat -> heartbeats.add(heartbeat);
                case TopicEvent.Put<?> put -> wrote(put.topic(), new Written(put.key(), put.raw(), put.at()));
                case TopicEvent.Delete<?> delete -> wrote(delete.topic(), new Written(delete.key(), null, delete.at()));
                case TopicEvent.Poisoned<?> poisoned ->
                    wrote(poisoned.topic(), new Written(poisoned.key(), poisoned.value(), poisoned.at()));
                case TopicEvent.CaughtUp<?> reached -> caughtUp.add(reached.topic());
                case TopicEvent.Progress<?> _, TopicEvent.Replaced<?> _ -> {}
            }
        }

        private void wrote(Topic<?> topic, Written written) {
            records.computeIfAbsent(topic.name(), _ -> new ArrayList<>()).add(written);
        }

        PublishedCuts judged() {
            var shortcomings = new ArrayList<String>();
            var published = new HashSet<Revision>();
            for (var cut : cuts) {
                published.add(new Revision(cut.getTopicId(), cut.getConfigOffset(), cut.getSequence()));
                for (var part : cut.getTopics()) {
                    if (part.getExact() && !isComplete(part)) {
                        shortcomings.add(
                                "cut " + cut.getSequence() + " doesn't name what stands on " + part.getTopic());
                    }
                }
            }
            for (var heartbeat : heartbeats) {
                var runs = new Revision(heartbeat.getTopicId(), heartbeat.getConfigOffset(), heartbeat.getSequence());
                if (heartbeat.getSequence() >= 0 && !published.contains(runs)) {
                    shortcomings.add(heartbeat.getInstance() + " runs " + runs + ", which nobody published");
                }
                heartbeat.getRefusals().stream()
                        .filter(why -> why.contains("digest"))
                        .forEach(why -> shortcomings.add(heartbeat.getInstance() + " refused: " + why));
            }
            return new PublishedCuts(cuts.size(), heartbeats.size(), shortcomings);
        }

        private boolean isComplete(TopicCut part) {
            var live = new HashMap<String, byte[]>();
            for (var written : records.getOrDefault(part.getTopic(), List.of())) {
                if (written.at().number()
                        < part.getEndOffsets().get(written.at().partition())) {
                    var raw = written.raw();
                    if (raw == null) {
                        live.remove(written.key());
                    } else {
                        live.put(written.key(), raw);
                    }
                }
            }
            var digest = SetDigest.EMPTY;
            for (var record : live.entrySet()) {
                digest = digest.plus(record.getKey(), record.getValue());
            }
            return live.size() == part.getCount() && digest.hex().equals(part.getDigest());
        }
    }
}
