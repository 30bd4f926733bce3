package dev.meltemi.bus.state;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import reactor.core.publisher.Flux;

/// What has to be published on `mesh.config` so that what was in force on a topic that is lost is in force again: the
/// documents in the order in which they first appeared, because the older of two rules wins; then what people have
/// published since the loss, because they want the newer; then the {@link Restore} that says so.
///
/// @param lost topic id of `mesh.config`, or the one of now when only what was accepted on it is lost
/// @param now topic id of `mesh.config`
public record Restoration(
        String lost, String now, List<SavedRecord> documents, List<Write<byte[]>> since, Restore restore) {
    private static final Comparator<SavedRecord> OLDEST_FIRST = Comparator.<SavedRecord>comparingLong(
                    record -> number(record, Headers.CREATED_SEQUENCE))
            .thenComparingLong(record -> number(record, Headers.CONFIG_OFFSET))
            .thenComparing(SavedRecord::key);

    public Restoration {
        documents = List.copyOf(documents);
        since = List.copyOf(since);
    }

    /// Of several states, such as those of the active and of a standby, the one that knows most.
    public static Optional<SavedState> newest(List<SavedState> states) {
        return states.stream()
                .max(Comparator.comparing((SavedState state) -> state.writtenAt())
                        .thenComparingLong(state -> state.revision().offset()));
    }

    /// Empty when nothing is lost, or was restored already.
    ///
    /// @param saved what admission remembers
    public static Optional<Restoration> needed(MeshBus bus, SavedState saved, Duration patience) {
        var found = Found.on(bus, patience);
        var lost = saved.revision().topicId();
        boolean sameConfig = lost.equals(found.configId);
        var accepted = saved.topicIds().getOrDefault(Topics.ACCEPTED.name(), found.acceptedId);
        if (sameConfig ? accepted.equals(found.acceptedId) : found.restores(lost)) {
            return Optional.empty();
        }
        var documents = new HashMap<String, SavedRecord>();
        saved.records().forEach(record -> documents.put(record.key(), record));
        found.accepted.stream()
                .filter(record -> record.headers()
                        .last(Headers.CONFIG_TOPIC_ID)
                        .filter(lost::equals)
                        .isPresent())
                .forEach(record -> documents.merge(record.key(), record, Restoration::newer));
        var earlier = Optional.ofNullable(documents.remove(Restore.KEY)).flatMap(one -> Restore.parse(one.raw()));
        var ordered = documents.values().stream().sorted(OLDEST_FIRST).toList();
        var since = sameConfig
                ? List.<Write<byte[]>>of()
                : found.config.values().stream().toList();
        return Optional.of(
                new Restoration(lost, found.configId, ordered, since, Restore.of(lost, earlier, ordered.size())));
    }

    /// Each record durable before the next: whoever sees the last has seen all.
    public void publish(MeshBus bus, Duration patience) {
        var writes = new ArrayList<Write<byte[]>>();
        for (var document : documents) {
            writes.add(new Write<>(Topics.CONFIG, document.key(), document.raw(), claims(document.headers())));
        }
        writes.addAll(since);
        writes.add(Write.put(Topics.CONFIG, Restore.KEY, restore.bytes()));
        Flux.fromIterable(writes)
                .concatMap(write -> bus.publish(write).timeout(patience))
                .blockLast();
    }

    private static Headers claims(Headers accepted) {
        var claims = Headers.NONE;
        for (var name : List.of(Headers.AUTHOR, Headers.REASON)) {
            var value = accepted.last(name);
            if (value.isPresent()) {
                claims = claims.with(name, value.get());
            }
        }
        return claims;
    }

    private static SavedRecord newer(SavedRecord one, SavedRecord other) {
        return number(other, Headers.CONFIG_OFFSET) > number(one, Headers.CONFIG_OFFSET) ? other : one;
    }

    private static long number(SavedRecord record, String header) {
        try {
            return record.headers().last(header).map(Long::parseLong).orElse(Long.MAX_VALUE);
        } catch (NumberFormatException notANumber) {
            return Long.MAX_VALUE;
        }
    }

    /// What stands on the topics of now.
    private static final class Found {
        private final Map<String, Write<byte[]>> config = new LinkedHashMap<>();
        private final List<SavedRecord> accepted = new ArrayList<>();
        private String configId = "";
        private String acceptedId = "";

        static Found on(MeshBus bus, Duration patience) {
            var found = new Found();
            bus.follow(List.of(Topics.CONFIG, Topics.ACCEPTED))
                    .doOnNext(found::take)
                    .takeUntil(_ -> !found.configId.isEmpty() && !found.acceptedId.isEmpty())
                    .then()
                    .block(patience);
            return found;
        }

        boolean restores(String lost) {
            var last = config.get(Restore.KEY);
            return last != null
                    && last.value() != null
                    && Restore.parse(Objects.requireNonNull(last.value()))
                            .filter(restore -> restore.restores().contains(lost))
                            .isPresent();
        }

        private void take(TopicEvent<?> event) {
            switch (event) {
                case TopicEvent.Put<?> put
                when put.value() instanceof byte[] bytes ->
                    keep(new Write<>(Topics.CONFIG, put.key(), bytes, put.headers()));
                case TopicEvent.Put<?> put ->
                    accepted.add(new SavedRecord(Topics.ACCEPTED.name(), put.key(), put.raw(), put.headers()));
                case TopicEvent.Delete<?> delete
                when delete.topic().equals(Topics.CONFIG) ->
                    keep(new Write<>(Topics.CONFIG, delete.key(), null, delete.headers()));
                case TopicEvent.CaughtUp<?> reached
                when reached.topic().equals(Topics.CONFIG) -> configId = reached.topicId();
                case TopicEvent.CaughtUp<?> reached -> acceptedId = reached.topicId();
                case TopicEvent.Delete<?> _,
                        TopicEvent.Poisoned<?> _,
                        TopicEvent.Progress<?> _,
                        TopicEvent.Replaced<?> _ -> {}
            }
        }

        private void keep(Write<byte[]> write) {
            config.remove(write.key());
            config.put(write.key(), write);
        }
    }
}
