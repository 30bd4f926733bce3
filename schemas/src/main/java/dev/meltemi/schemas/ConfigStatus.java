package dev.meltemi.schemas;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Value of `mesh.config.status`: the verdict on one document, as one line of JSON.
///
/// @param observedOffset offset of the newest record of this key that was judged
/// @param lastAcceptedOffset offset of the version in force, -1 when none ever was
/// @param notInForce features of the document that are accepted but not implemented, as field paths with the reason
/// @param parents of a route of the Gateway API: what each of them makes of the version in force
/// @param listeners of a Gateway of the Gateway API
public record ConfigStatus(
        State state,
        long observedOffset,
        long lastAcceptedOffset,
        List<Condition> conditions,
        List<Message> messages,
        List<String> notInForce,
        AppliedBy appliedBy,
        List<Parent> parents,
        List<Listener> listeners) {
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

    /// A route's parent and what it makes of the route, in the shape of the Gateway API.
    public record Parent(ParentRef parentRef, List<Condition> conditions) {
        public Parent {
            conditions = List.copyOf(conditions);
        }
    }

    public record ParentRef(
            String group,
            String kind,
            String namespace,
            String name,
            @Nullable String sectionName,
            @Nullable Integer port) {}

    /// @param attachedRoutes how many routes it takes
    public record Listener(
            String name, List<RouteKind> supportedKinds, int attachedRoutes, List<Condition> conditions) {
        public Listener {
            supportedKinds = List.copyOf(supportedKinds);
            conditions = List.copyOf(conditions);
        }
    }

    public record RouteKind(String group, String kind) {}

    public ConfigStatus {
        conditions = List.copyOf(conditions);
        messages = List.copyOf(messages);
        notInForce = List.copyOf(notInForce);
        parents = copyOf(parents);
        listeners = copyOf(listeners);
    }

    /// Of a document that attaches to no other and has nothing attached.
    public ConfigStatus(
            State state,
            long observedOffset,
            long lastAcceptedOffset,
            List<Condition> conditions,
            List<Message> messages,
            List<String> notInForce,
            AppliedBy appliedBy) {
        this(
                state,
                observedOffset,
                lastAcceptedOffset,
                conditions,
                messages,
                notInForce,
                appliedBy,
                List.of(),
                List.of());
    }

    /// Records of earlier releases have no such field.
    private static <T> List<T> copyOf(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    /// The same verdict, counted again.
    public ConfigStatus counted(List<Condition> again, AppliedBy applied) {
        return new ConfigStatus(
                state, observedOffset, lastAcceptedOffset, again, messages, notInForce, applied, parents, listeners);
    }

    /// The same verdict, with something else to say.
    public ConfigStatus saying(List<Message> messages) {
        return new ConfigStatus(
                state,
                observedOffset,
                lastAcceptedOffset,
                conditions,
                messages,
                notInForce,
                appliedBy,
                parents,
                listeners);
    }

    /// The same verdict beside other documents.
    public ConfigStatus attached(List<Parent> parents, List<Listener> listeners) {
        return new ConfigStatus(
                state,
                observedOffset,
                lastAcceptedOffset,
                conditions,
                messages,
                notInForce,
                appliedBy,
                parents,
                listeners);
    }

    static Codec<ConfigStatus> codec() {
        return new JsonCodec<>(ConfigStatus.class);
    }
}
