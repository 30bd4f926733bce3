package dev.meltemi.routecompiler;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.resources.Documents;
import dev.meltemi.resources.Verdict;
import dev.meltemi.rules.Change;
import dev.meltemi.schemas.Headers;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.Restore;
import dev.meltemi.schemas.Topics;
import dev.meltemi.schemas.fleet.Registration;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What an event on an input topic tells the compiler: a change, or why it tells nothing. An event that can't be read
/// is skipped, so that its key keeps what was last good.
sealed interface Intake {
    record Told(Change change) implements Intake {}

    /// @param config the place on `mesh.config` that the revision now covers
    record Ruled(Change change, ConfigPlace config) implements Intake {}

    /// What was lost is there again: everything of it came before this.
    record Restored(Restore restore, ConfigPlace config) implements Intake {}

    record Unreadable(String why) implements Intake {}

    record Nothing() implements Intake {}

    static Intake of(TopicEvent<?> event) {
        return switch (event) {
            case TopicEvent.Put<?> put
            when put.value() instanceof String text -> accepted(put.key(), text, put.headers());
            case TopicEvent.Put<?> put
            when put.value() instanceof Registration registration -> registered(put.key(), registration);
            case TopicEvent.Delete<?> delete
            when delete.topic().equals(Topics.ACCEPTED) -> deleted(delete.key(), delete.headers());
            case TopicEvent.Delete<?> delete
            when delete.topic().equals(Topics.WORKLOADS) -> new Told(new Change.Withdrawn(delete.key()));
            case TopicEvent.Poisoned<?> poisoned when isInput(poisoned) -> new Unreadable(poisoned.why());
            case TopicEvent<?> _ -> new Nothing();
        };
    }

    private static boolean isInput(TopicEvent<?> event) {
        return event.topic().equals(Topics.ACCEPTED)
                || event.topic().equals(Topics.WORKLOADS)
                || event.topic().equals(Topics.SIDECARS);
    }

    private static Intake accepted(String key, String text, Headers headers) {
        var place = ConfigPlace.of(headers);
        var parsed = ResourceKey.parse(key);
        if (place.isEmpty() || parsed.isEmpty()) {
            return new Unreadable("not written by admission: it lacks the headers " + Headers.CONFIG_OFFSET + " and "
                    + Headers.CONFIG_TOPIC_ID + ", or its key names no document");
        }
        if (key.equals(Restore.KEY)) {
            return Restore.parse(text.getBytes(StandardCharsets.UTF_8))
                    .<Intake>map(restore -> new Restored(restore, place.get()))
                    .orElseGet(() -> new Unreadable("it isn't what ends a restore"));
        }
        long created = ConfigPlace.number(headers, Headers.CREATED_SEQUENCE)
                .orElse(place.get().offset());
        return switch (verdict(text, parsed.get())) {
            case Verdict.Accepted(var resource, var _, var _) ->
                new Ruled(new Change.Accepted(resource, place.get().offset(), created), place.get());
            case Verdict.Rejected(var errors) ->
                new Unreadable("admission accepted what this version rejects: "
                        + errors.getFirst().text());
        };
    }

    private static Verdict verdict(String text, ResourceKey key) {
        return Documents.judge(text, Optional.of(key));
    }

    private static Intake deleted(String key, Headers headers) {
        var place = ConfigPlace.of(headers);
        var parsed = ResourceKey.parse(key);
        return place.isEmpty() || parsed.isEmpty()
                ? new Unreadable("a tombstone that admission didn't write")
                : new Ruled(new Change.Deleted(parsed.get(), place.get().offset()), place.get());
    }

    private static Intake registered(String key, Registration registration) {
        return key.equals(registration.getInstance())
                ? new Told(new Change.Registered(registration))
                : new Unreadable("the key isn't the instance that it registers, " + registration.getInstance());
    }
}
