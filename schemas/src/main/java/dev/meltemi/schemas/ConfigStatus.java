package dev.meltemi.schemas;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Value of `mesh.config.status`: the verdict on one document, as one line of JSON.
///
/// @param observedOffset offset of the newest record of this key that was judged
/// @param lastAcceptedOffset offset of the version in force, -1 when none ever was
/// @param notInForce features of the document that are accepted but not implemented, as field paths with the reason
public record ConfigStatus(
        State state,
        long observedOffset,
        long lastAcceptedOffset,
        List<Condition> conditions,
        List<Message> messages,
        List<String> notInForce,
        AppliedBy appliedBy) {
    public enum State {
        Accepted,
        Rejected,
        Deleted
    }

    /// In the shape of the Gateway API. Times are RFC 3339.
    public record Condition(
            String type,
            String status,
            String reason,
            String message,
            long observedGeneration,
            String lastTransitionTime) {}

    public record Message(
            String code,
            String level,
            int line,
            int col,
            String text,
            @Nullable String hint) {}

    /// Sidecars that run the accepted version, of those whose heartbeat is younger than three intervals. 0 of 0 is not
    /// applied.
    public record AppliedBy(int n, int of, List<String> laggards) {
        public boolean everywhere() {
            return of > 0 && n == of;
        }
    }

    public ConfigStatus {
        conditions = List.copyOf(conditions);
        messages = List.copyOf(messages);
        notInForce = List.copyOf(notInForce);
    }

    static Codec<ConfigStatus> codec() {
        return new JsonCodec<>(ConfigStatus.class);
    }
}
