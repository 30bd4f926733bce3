package dev.meltemi.admission;

import dev.meltemi.schemas.ConfigStatus;
import dev.meltemi.schemas.ConfigStatus.AppliedBy;
import dev.meltemi.schemas.ConfigStatus.Condition;
import dev.meltemi.schemas.ConfigStatus.State;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/// The status of a document in the shape that the Gateway API gives conditions: `Accepted` is the verdict on the newest
/// record, `Programmed` says whether every live sidecar runs the accepted version.
final class Conditions {
    private static final String ACCEPTED = "Accepted";
    private static final String PROGRAMMED = "Programmed";

    private Conditions() {}

    /// @param before keeps the time of a condition whose answer stays
    static List<Condition> of(
            State state,
            String verdict,
            long observed,
            long accepted,
            AppliedBy applied,
            Optional<ConfigStatus> before,
            Instant now) {
        boolean refused = state == State.Rejected;
        return List.of(
                condition(ACCEPTED, !refused, state.name(), verdict, observed, before, now),
                condition(
                        PROGRAMMED,
                        applied.everywhere(),
                        programmed(accepted, applied),
                        accepted < 0
                                ? "nothing was accepted yet"
                                : "applied on %d/%d sidecars".formatted(applied.n(), applied.of()),
                        accepted,
                        before,
                        now));
    }

    /// The same verdict, counted again.
    static List<Condition> counted(ConfigStatus status, AppliedBy applied, Instant now) {
        var verdict =
                find(status.conditions(), ACCEPTED).map(Condition::message).orElse("");
        return of(
                status.state(),
                verdict,
                status.observedOffset(),
                status.lastAcceptedOffset(),
                applied,
                Optional.of(status),
                now);
    }

    private static String programmed(long accepted, AppliedBy applied) {
        if (accepted < 0) {
            return "NothingAccepted";
        }
        if (applied.everywhere()) {
            return PROGRAMMED;
        }
        return applied.of() == 0 ? "NoSidecars" : "Pending";
    }

    private static Condition condition(
            String type,
            boolean holds,
            String reason,
            String message,
            long generation,
            Optional<ConfigStatus> before,
            Instant now) {
        var last = before.map(ConfigStatus::conditions).orElse(List.of());
        return condition(type, holds, reason, message, generation, last, now);
    }

    /// @param before keeps the time of a condition whose answer stays
    static Condition condition(
            String type,
            boolean holds,
            String reason,
            String message,
            long generation,
            List<Condition> before,
            Instant now) {
        var status = holds ? "True" : "False";
        var since = find(before, type)
                .filter(c -> c.status().equals(status))
                .map(Condition::lastTransitionTime)
                .orElseGet(() -> now.truncatedTo(ChronoUnit.MILLIS).toString());
        return new Condition(type, status, reason, message, generation, since);
    }

    private static Optional<Condition> find(List<Condition> conditions, String type) {
        return conditions.stream().filter(c -> c.type().equals(type)).findFirst();
    }
}
