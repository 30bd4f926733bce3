package dev.meltemi.faults;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.AccessEvent;
import dev.meltemi.schemas.telemetry.MeshEvent;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the telemetry topics hold of each instance: the numbers of its access events, and those that its gap events
/// name as lost.
final class TelemetryBook {
    private static final Duration READING = Duration.ofSeconds(30);

    /// @param holes numbers that are missing and that nobody named
    /// @param named numbers that gap events name
    /// @param doubtful named although they arrived: the broker had written them and could not say so
    public record Sum(long arrived, long holes, long named, long doubtful) {}

    private final Map<String, BitSet> arrived = new TreeMap<>();
    private final Map<String, BitSet> named = new TreeMap<>();
    private int toRead = 2;

    /// Reads the topics from their beginning to their end as of now.
    static TelemetryBook read(MeshBus bus) {
        var book = new TelemetryBook();
        bus.follow(List.of(Topics.ACCESS, Topics.EVENTS)).takeUntil(book::take).blockLast(READING);
        return book;
    }

    private boolean take(TopicEvent<?> event) {
        if (event instanceof TopicEvent.Put<?> put) {
            if (put.value() instanceof AccessEvent access) {
                of(arrived, access.getInstance()).set(Math.toIntExact(access.getSequence()));
            } else if (put.value() instanceof MeshEvent told && told.getType().equals("gap")) {
                of(named, told.getInstance())
                        .set(Math.toIntExact(told.getFirstSequence()), Math.toIntExact(told.getLastSequence()) + 1);
            }
        }
        return event instanceof TopicEvent.CaughtUp<?> && --toRead == 0;
    }

    private static BitSet of(Map<String, BitSet> books, String instance) {
        return books.computeIfAbsent(instance, _ -> new BitSet());
    }

    /// @param workload of whose instances the books are looked at
    Sum of(String workload) {
        long all = 0;
        long holes = 0;
        long told = 0;
        long doubtful = 0;
        for (var entry : arrived.entrySet()) {
            if (!entry.getKey().startsWith(workload + ".")) {
                continue;
            }
            var there = entry.getValue();
            var lost = named.getOrDefault(entry.getKey(), new BitSet());
            var missing = (BitSet) there.clone();
            missing.flip(0, there.length());
            missing.andNot(lost);
            var both = (BitSet) there.clone();
            both.and(lost);
            all += there.cardinality();
            holes += missing.cardinality();
            told += lost.cardinality();
            doubtful += both.cardinality();
        }
        return new Sum(all, holes, told, doubtful);
    }
}
