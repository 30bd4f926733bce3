package dev.meltemi.admission;

import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Headers;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What is known of every document, and up to where `mesh.config` has been judged. Read back from accepted and status
/// when a turn begins; afterwards it says what they say.
final class Ledger {
    private final Map<String, Version> inForce = new HashMap<>();
    private final Map<String, ConfigStatus> statuses = new HashMap<>();
    private final TreeMap<Long, String> byAccepted = new TreeMap<>();
    private final Set<String> deleted = new HashSet<>();
    private final Set<String> refused = new HashSet<>();
    /// By topic id of `mesh.config`, as read.
    private final Map<String, Stamp> marks = new HashMap<>();
    /// Topic ids under which what was read was written, by key.
    private final Map<String, String> acceptedUnder = new HashMap<>();

    private final Map<String, String> judgedUnder = new HashMap<>();
    private Optional<Stamp> mark = Optional.empty();

    /// Judging goes by offset and each verdict is one transaction, so the newest stamp says that everything before it
    /// has been judged too. Empty when nothing ever was.
    Optional<Stamp> mark() {
        return mark;
    }

    void marked(Stamp stamp) {
        if (mark.isEmpty() || stamp.offset() > mark.get().offset()) {
            mark = Optional.of(stamp);
        }
    }

    void readAccepted(String key, Optional<Version> version, Headers headers) {
        read(key, headers, acceptedUnder);
        put(key, new Known(version, Optional.ofNullable(statuses.get(key))));
    }

    void readStatus(String key, Optional<ConfigStatus> status, Headers headers) {
        read(key, headers, judgedUnder);
        put(key, new Known(Optional.ofNullable(inForce.get(key)), status));
    }

    private void read(String key, Headers headers, Map<String, String> under) {
        Stamp.of(headers).ifPresent(stamp -> {
            marks.merge(stamp.topicId(), stamp, (one, other) -> one.offset() > other.offset() ? one : other);
            under.put(key, stamp.topicId());
        });
    }

    /// Topic ids of `mesh.config` under which anything was judged.
    Set<String> topicIds() {
        return Set.copyOf(marks.keySet());
    }

    /// Offset up to which everything was judged under a topic id when this was read, -1 for nothing.
    long judgedUpTo(String topicId) {
        var stamp = marks.get(topicId);
        return stamp == null ? -1 : stamp.offset();
    }

    /// What was read counts from here on, as far as it was judged under this topic id. Offsets of another say nothing.
    ///
    /// @return keys of the others
    Set<String> settle(String topicId) {
        var former = new HashSet<String>();
        for (var key : Set.copyOf(inForce.keySet())) {
            if (!topicId.equals(acceptedUnder.get(key))) {
                put(key, new Known(Optional.empty(), known(key).status()));
                former.add(key);
            }
        }
        for (var key : Set.copyOf(statuses.keySet())) {
            if (!topicId.equals(judgedUnder.get(key))) {
                put(key, new Known(known(key).inForce(), Optional.empty()));
                former.add(key);
            }
        }
        mark = Optional.ofNullable(marks.get(topicId));
        return former;
    }

    Known known(String key) {
        return new Known(Optional.ofNullable(inForce.get(key)), Optional.ofNullable(statuses.get(key)));
    }

    void put(String key, Known known) {
        byAccepted.remove(known(key).accepted(), key);
        known.inForce().ifPresentOrElse(version -> inForce.put(key, version), () -> inForce.remove(key));
        known.status().ifPresentOrElse(status -> statuses.put(key, status), () -> statuses.remove(key));
        if (known.accepted() >= 0) {
            byAccepted.put(known.accepted(), key);
        }
        if (known.status().filter(s -> s.state() == State.Deleted).isPresent()) {
            deleted.add(key);
        } else {
            deleted.remove(key);
        }
        if (known.status().filter(s -> s.state() == State.Rejected).isPresent()) {
            refused.add(key);
        } else {
            refused.remove(key);
        }
    }

    /// A status that lacks, because somebody destroyed its record, is made again; its messages come back with the next
    /// version.
    List<String> restoreStatuses(Instant now) {
        var lacking = inForce.keySet().stream()
                .filter(key -> !statuses.containsKey(key))
                .toList();
        for (var key : lacking) {
            long offset = known(key).accepted();
            var nobody = new AppliedBy(0, 0, List.of());
            var conditions = Conditions.of(State.Accepted, "", offset, offset, nobody, Optional.empty(), now);
            var status = new ConfigStatus(State.Accepted, offset, offset, conditions, List.of(), List.of(), nobody);
            put(key, new Known(known(key).inForce(), Optional.of(status)));
        }
        return lacking;
    }

    /// Keys whose accepted version is newer than one offset and not newer than the other.
    Collection<String> acceptedBetween(long one, long other) {
        return List.copyOf(byAccepted
                .subMap(Math.min(one, other), false, Math.max(one, other), true)
                .values());
    }

    /// Everything in force, by key.
    Map<String, Version> inForce() {
        return Map.copyOf(inForce);
    }

    Set<String> keys() {
        return Set.copyOf(statuses.keySet());
    }

    /// Keys whose deletion still has a status.
    Set<String> deleted() {
        return Set.copyOf(deleted);
    }

    /// Documents whose newest version was refused.
    int refused() {
        return refused.size();
    }

    int documents() {
        return inForce.size();
    }
}
