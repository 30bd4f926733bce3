package dev.meltemi.bus.signed;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.Offset;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.telemetry.MeshEvent;
import dev.meltemi.spiffe.Belief;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts the records that weren't believed, and tells of each reason and key once, as long as it isn't a
/// flood: whoever can write rubbish to a topic shall not fill the log and the event topic as well.
final class Doubts {
    private static final Logger LOG = LoggerFactory.getLogger(Doubts.class);
    private static final int MOST_REMEMBERED = 4096;
    /// What is told at most in a {@link #WINDOW}.
    private static final int MOST_TOLD = 20;

    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final MeshBus bus;
    private final String reader;
    private final InstantSource clock;
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, Boolean> told = new LinkedHashMap<>();
    private Instant windowBegan = Instant.MIN;
    private int toldInWindow;

    Doubts(MeshBus bus, String reader, InstantSource clock) {
        this.bus = bus;
        this.reader = reader;
        this.clock = clock;
    }

    synchronized Map<String, Long> counts() {
        return Map.copyOf(counts);
    }

    synchronized void note(String topic, String key, Offset at, Belief.Ignored ignored) {
        counts.merge(ignored.reason().name(), 1L, Long::sum);
        if (told.containsKey(ignored.reason() + " " + key) || isFlooded()) {
            return;
        }
        if (told.size() >= MOST_REMEMBERED) {
            told.remove(told.keySet().iterator().next());
        }
        told.put(ignored.reason() + " " + key, true);
        LOG.warn(
                "event=record-ignored service={} topic={} record={}@{}:{} reason={} why=\"{}\" next=\"what was believed"
                        + " before stays; meltemi cert list names the identities\"",
                reader,
                topic,
                key,
                at.partition(),
                at.number(),
                ignored.reason(),
                ignored.why());
        tell(topic, key, at, ignored);
    }

    private boolean isFlooded() {
        Instant now = clock.instant();
        if (windowBegan.equals(Instant.MIN) || !now.isBefore(windowBegan.plus(WINDOW))) {
            windowBegan = now;
            toldInWindow = 0;
        }
        return ++toldInWindow > MOST_TOLD;
    }

    private void tell(String topic, String key, Offset at, Belief.Ignored ignored) {
        var event = MeshEvent.newBuilder()
                .setInstance(key)
                .setTime(clock.instant())
                .setType("record_ignored")
                .setDetail(reader + " ignored " + topic + ":" + at.partition() + ":" + at.number() + " ("
                        + ignored.reason() + "): " + ignored.why())
                .build();
        bus.publish(Write.put(Topics.EVENTS, key, event))
                .subscribe(
                        written -> {},
                        why -> LOG.warn(
                                "event=not-told service={} topic=telemetry.events why=\"{}\"",
                                reader,
                                why.getMessage()));
    }
}
