package dev.meltemi.routecompiler;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.bus.state.LossAlarm;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.bus.state.SavedRecord;
import dev.meltemi.bus.state.Succession;
import dev.meltemi.schemas.MalformedRecordException;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Registration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the topics that the route-compiler reads are those that the mesh was told on, and what it remembers of those
/// that are not. Outlives turns, and with a state folder the process.
final class Continuity {
    private static final Logger LOG = LoggerFactory.getLogger(Continuity.class);

    private final Memory memory;
    private final LossAlarm alarm;
    private final Succession succession = new Succession();
    /// Newest restore that was read, with where it stands.
    private ConfigPlace restored = ConfigPlace.NONE;

    Continuity(Memory memory, LossAlarm alarm) {
        this.memory = memory;
        this.alarm = alarm;
    }

    Optional<String> alarm() {
        return alarm.raised();
    }

    void read(Restore restore, ConfigPlace at) {
        succession.learn(at.topicId(), restore);
        restored = at;
    }

    /// Topic ids that this one continues; for the cut.
    List<String> restoredBy(String configId) {
        return succession.restoredBy(configId);
    }

    /// Cuts have to go on behind the newest that anybody ran, also when its topic is lost.
    long newestSequence() {
        return memory.known().revision().sequence();
    }

    /// Whether these topics may be compiled; raises the alarm when not.
    ///
    /// @param ids by name
    /// @param evidence ids of `mesh.config` that accepted documents and the newest cut name
    boolean holds(Map<String, String> ids, Set<String> evidence) {
        var known = memory.known();
        var configId = id(ids, Topics.CONFIG);
        var remembered = new HashSet<>(evidence);
        remembered.add(known.revision().topicId());
        var lost = succession.lostTo(configId, remembered);
        if (lost.isPresent()) {
            alarm.raise(Topics.CONFIG.name(), lost.get(), configId);
            return false;
        }
        var accepted = known.topicId(Topics.ACCEPTED);
        boolean isNew = restored.topicId().equals(configId)
                && restored.offset() > known.revision().offset();
        if (configId.equals(known.revision().topicId())
                && !accepted.isEmpty()
                && !accepted.equals(id(ids, Topics.ACCEPTED))
                && !isNew) {
            alarm.raise(Topics.ACCEPTED.name(), accepted, id(ids, Topics.ACCEPTED));
            return false;
        }
        return true;
    }

    /// Registrations that stood on a topic of workloads which is lost: after a loss nobody is dead until a lease says
    /// so.
    ///
    /// @param registered instances that the topic that took its place has already
    List<Write<Registration>> forgotten(Map<String, String> ids, Collection<String> registered) {
        var known = memory.known();
        var before = known.topicId(Topics.WORKLOADS);
        if (before.isEmpty() || before.equals(id(ids, Topics.WORKLOADS))) {
            return List.of();
        }
        var again = new ArrayList<Write<Registration>>();
        for (var record : known.records()) {
            if (!registered.contains(record.key())) {
                registration(record)
                        .ifPresent(value ->
                                again.add(new Write<>(Topics.WORKLOADS, record.key(), value, record.headers())));
            }
        }
        LOG.warn("event=registrations-remembered count={} next=\"leases judge who is still there\"", again.size());
        return again;
    }

    private static Optional<Registration> registration(SavedRecord record) {
        try {
            return Optional.of(Topics.WORKLOADS.codec().decode(record.raw()));
        } catch (MalformedRecordException e) {
            LOG.warn("event=poisoned source=memory record={} cause={}", record.key(), e.getMessage());
            return Optional.empty();
        }
    }

    /// What is published now belongs to these topics.
    void settled(Revision revision, Map<String, String> ids) {
        var recognized = new HashMap<String, String>();
        for (Topic<?> topic : List.of(Topics.ACCEPTED, Topics.WORKLOADS)) {
            recognized.put(topic.name(), id(ids, topic));
        }
        memory.adopt(revision, recognized);
        alarm.end(revision.topicId());
    }

    private static String id(Map<String, String> ids, Topic<?> topic) {
        return ids.getOrDefault(topic.name(), "");
    }
}
