package dev.meltemi.bus;

import dev.meltemi.kafka.BrokerConnection;
import dev.meltemi.kafka.BrokerException;
import dev.meltemi.kafka.LogEvent;
import dev.meltemi.kafka.LogReader;
import dev.meltemi.kafka.StartAt;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.SchemaIds;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.registry.RegisteredSchema;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds schemas of newer versions on `mesh.schemas`. Control services register theirs before they write with them, so
/// a whole read after a record was seen finds what it was written with.
final class SchemaSearch {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaSearch.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /// Garbage with a made-up id mustn't make us read the topic for each record.
    private static final Duration NOT_AGAIN_BEFORE = Duration.ofSeconds(1);
    private static final int MOST_REMEMBERED = 1000;

    private final BrokerConnection connection;
    private final Map<Integer, Long> missing = new HashMap<>();

    SchemaSearch(BrokerConnection connection) {
        this.connection = connection;
    }

    /// Blocks the reader whose record it was: what follows needs it decoded.
    ///
    /// @return whether the id is known now
    synchronized boolean learns(int id) {
        Long asked = missing.get(id);
        if (asked != null && System.nanoTime() - asked < NOT_AGAIN_BEFORE.toNanos()) {
            return false;
        }
        boolean found = read(id);
        if (found) {
            missing.remove(id);
        } else {
            if (missing.size() >= MOST_REMEMBERED) {
                missing.clear();
            }
            missing.put(id, System.nanoTime());
        }
        LOG.info("event=schema-looked-up id={} found={}", id, found);
        return found;
    }

    private boolean read(int id) {
        var topic = Topics.SCHEMAS.on(connection.settings().prefix());
        try {
            return Boolean.TRUE.equals(LogReader.read(connection, List.of(topic), new StartAt.Beginning())
                    .takeUntil(LogEvent.CaughtUp.class::isInstance)
                    .any(event -> event instanceof LogEvent.Appended appended
                            && teaches(appended.record().value(), id))
                    .block(PATIENCE));
        } catch (BrokerException | IllegalStateException e) { // Reactor's word for a time-out is the latter
            LOG.warn("event=schema-lookup-failed id={} topic={} cause={}", id, topic, e.toString());
            return false;
        }
    }

    /// Whether this record of `mesh.schemas` is that id's, and it could be taken in.
    static boolean teaches(byte @Nullable [] value, int id) {
        if (value == null) {
            return false;
        }
        try {
            RegisteredSchema schema = Topics.SCHEMAS.codec().decode(value);
            return schema.getId() == id && SchemaIds.learn(schema);
        } catch (MalformedRecordException e) {
            return false;
        }
    }
}
