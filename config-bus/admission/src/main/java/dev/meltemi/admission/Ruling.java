package dev.meltemi.admission;

import dev.meltemi.bus.MeshBus.Write;
import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.ConfigStatus.State;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/// The step of one key's state machine: what is known after a submission, and what has to be written, in one
/// transaction.
///
/// ```
///               valid                        invalid, stale
///  nothing ────────────▶ Accepted ◀──valid── Rejected ◀──────────── any state; the version in force stays
///                           │ ▲                 │
///                 tombstone │ │ valid           │ tombstone
///                           ▼ │                 ▼
///                          Deleted ──applied everywhere──▶ nothing
/// ```
///
/// @param writes all but the status, which may be overtaken by a later one in the same transaction
record Ruling(Judgement judgement, Known after, List<Write<?>> writes) {

    /// @param applied how many sidecars run an offset
    /// @param configTopic the topic's name on the broker, for the headers of what is refused
    static Ruling on(Submission submission, Known before, LongFunction<AppliedBy> applied, String configTopic) {
        return switch (Judge.judge(submission, before)) {
            case Judgement.Accept accept -> accept(submission, before, accept, applied);
            case Judgement.Delete delete -> delete(submission, before, delete, applied);
            case Judgement.Refuse refuse -> refuse(submission, before, refuse, applied, configTopic);
        };
    }

    private static Ruling accept(
            Submission submission, Known before, Judgement.Accept accept, LongFunction<AppliedBy> applied) {
        var at = submission.at();
        var version = new Version(
                accept.text(),
                at.number(),
                before.inForce().map(Version::createdSequence).orElse(at.number()),
                submission.author(),
                submission.reason(),
                at.brokerTime());
        var status = status(
                State.Accepted,
                submission,
                at.number(),
                accept.messages(),
                accept.notInForce(),
                before,
                applied.apply(at.number()));
        return new Ruling(
                accept,
                new Known(Optional.of(version), Optional.of(status)),
                List.of(
                        new Write<>(Topics.ACCEPTED, submission.key(), version.text(), version.headers(at.topicId())),
                        history(submission, before, Optional.of(version))));
    }

    /// A deletion has a status until it is applied everywhere, so that people can wait for it. What was never accepted
    /// is deleted too: `wait` ends when the revision has passed.
    private static Ruling delete(
            Submission submission, Known before, Judgement.Delete delete, LongFunction<AppliedBy> applied) {
        if (delete.key().isEmpty()) {
            return new Ruling(delete, Known.NOTHING, List.of());
        }
        long offset = submission.at().number();
        var status = status(State.Deleted, submission, offset, List.of(), List.of(), before, applied.apply(offset));
        var writes = new ArrayList<Write<?>>();
        writes.add(new Write<>(
                Topics.ACCEPTED, submission.key(), null, stamp(submission).on(signed(submission))));
        if (before.inForce().isPresent()) {
            writes.add(history(submission, before, Optional.empty()));
        }
        return new Ruling(delete, new Known(Optional.empty(), Optional.of(status)), List.copyOf(writes));
    }

    private static Ruling refuse(
            Submission submission,
            Known before,
            Judgement.Refuse refuse,
            LongFunction<AppliedBy> applied,
            String configTopic) {
        var status = status(
                State.Rejected,
                submission,
                before.accepted(),
                refuse.messages(),
                before.status().map(ConfigStatus::notInForce).orElse(List.of()),
                before,
                before.accepted() < 0 ? new AppliedBy(0, 0, List.of()) : applied.apply(before.accepted()));
        return new Ruling(
                refuse,
                new Known(before.inForce(), Optional.of(status)),
                List.of(new Write<>(
                        Topics.REJECTED,
                        submission.key(),
                        submission.value(),
                        ErrorHeaders.added(submission, refuse.first(), configTopic))));
    }

    private static ConfigStatus status(
            State state,
            Submission submission,
            long accepted,
            List<Message> messages,
            List<String> notInForce,
            Known before,
            AppliedBy applied) {
        long observed = submission.at().number();
        var verdict = messages.isEmpty() ? "" : messages.getFirst().text();
        var status = new ConfigStatus(
                state,
                observed,
                accepted,
                Conditions.of(
                        state,
                        verdict,
                        observed,
                        accepted,
                        applied,
                        before.status(),
                        submission.at().brokerTime()),
                messages,
                notInForce,
                applied);
        return state == State.Deleted
                ? status
                : before.status()
                        // what other documents make of it is looked at after the verdict
                        .map(last -> status.attached(last.parents(), last.listeners()))
                        .orElse(status);
    }

    private static Write<String> history(Submission submission, Known before, Optional<Version> after) {
        var entry = new HistoryEntry(
                submission.key(),
                submission.at().number(),
                submission.author(),
                submission.reason(),
                submission.at().brokerTime().toString(),
                before.inForce().map(Version::offset).orElse(-1L),
                before.inForce().map(Version::text).orElse(null),
                after.map(Version::text).orElse(null));
        return new Write<>(
                Topics.HISTORY,
                submission.key(),
                entry.json(),
                stamp(submission).on(Headers.NONE));
    }

    private static Stamp stamp(Submission submission) {
        return new Stamp(submission.at().topicId(), submission.at().number());
    }

    private static Headers signed(Submission submission) {
        return submission.author().isEmpty() ? Headers.NONE : Headers.NONE.with(Headers.AUTHOR, submission.author());
    }
}
