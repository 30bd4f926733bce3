package dev.meltemi.admission;

import dev.meltemi.bus.state.LossAlarm;
import dev.meltemi.bus.state.Memory;
import dev.meltemi.bus.state.Succession;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Topic;
import dev.meltemi.schemas.Topics;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Whether the topics that admission reads are those that the mesh's rules were accepted on. Outlives turns, and with
/// a state folder the process.
///
/// ```
///                ids are those that are remembered, or continue them
///  turn begins ─────────────────────────────────────────────────────▶ SETTLED: judge
///                └─others─▶ LOST: alarm, judge nothing ──a restore of what is remembered is read──▶ new turn
/// ```
final class Continuity {
    private final Memory memory;
    private final LossAlarm alarm;
    private final String prefix;
    private final Succession succession = new Succession();
    /// Ids under which this process has worked; empty before.
    private String configId = "";

    private String acceptedId = "";
    /// Id of the accepted topic that is being read.
    private String acceptedNow = "";
    /// Offset of a restore that a turn has read but not judged yet.
    private long restoredAt = -1;

    Continuity(Memory memory, LossAlarm alarm, String prefix) {
        this.memory = memory;
        this.alarm = alarm;
        this.prefix = prefix;
    }

    Optional<String> alarm() {
        return alarm.raised();
    }

    /// A restore that was accepted before counts for good.
    void read(String key, byte[] value, Headers headers) {
        if (key.equals(Restore.KEY)) {
            Stamp.of(headers)
                    .ifPresent(stamp ->
                            Restore.parse(value).ifPresent(restore -> succession.learn(stamp.topicId(), restore)));
        }
    }

    void acceptedOn(String id) {
        acceptedNow = id;
    }

    /// The topic whose records are lost, for this id of `mesh.config`; empty when all is as it was.
    ///
    /// @param ledger tells under which ids what stands on accepted and status was judged
    Optional<Topic<?>> lostTo(String id, Ledger ledger) {
        if (succession.lostTo(id, remembered(ledger)).isPresent()) {
            return Optional.of(Topics.CONFIG);
        }
        var accepted = accepted();
        boolean same = era().equals(id) && restoredAt <= ledger.judgedUpTo(id);
        return same && !accepted.isEmpty() && !accepted.equals(acceptedNow)
                ? Optional.of(Topics.ACCEPTED)
                : Optional.empty();
    }

    private Set<String> remembered(Ledger ledger) {
        var remembered = new HashSet<>(ledger.topicIds());
        remembered.add(era());
        return remembered;
    }

    private String era() {
        return configId.isEmpty() ? memory.known().revision().topicId() : configId;
    }

    private String accepted() {
        return acceptedId.isEmpty() ? memory.known().topicId(Topics.ACCEPTED) : acceptedId;
    }

    void raise(String id, Ledger ledger) {
        var lost = succession.lostTo(id, remembered(ledger));
        if (lost.isPresent()) {
            alarm.raise(Topics.CONFIG.on(prefix), lost.get(), id);
        } else {
            alarm.raise(Topics.ACCEPTED.on(prefix), accepted(), acceptedNow);
        }
    }

    /// Whether this record says that everything that was lost is there again.
    boolean isRestoredBy(Submission submission, Ledger ledger) {
        var value = submission.value();
        if (value == null || !submission.key().equals(Restore.KEY)) {
            return false;
        }
        var id = submission.at().topicId();
        Restore.parse(value).ifPresent(restore -> {
            succession.learn(id, restore);
            restoredAt = submission.at().number();
        });
        return lostTo(id, ledger).isEmpty();
    }

    /// Everything has been read under these ids.
    void settled(String id) {
        configId = id;
        acceptedId = acceptedNow;
        restoredAt = -1;
        alarm.end(id);
    }
}
