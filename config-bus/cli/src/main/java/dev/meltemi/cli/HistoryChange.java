package dev.meltemi.cli;

import dev.meltemi.bus.TopicEvent;
import dev.meltemi.schemas.ResourceKey;
import dev.meltemi.schemas.Topics;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One accepted change, as `mesh.config.history` tells it.
///
/// @param beforeOffset of the version that it replaced, -1 for none
/// @param before empty when there was none, or when its text is no longer known
/// @param after empty for a deletion
record HistoryChange(
        ResourceKey key,
        long offset,
        String who,
        String why,
        Instant when,
        long beforeOffset,
        Optional<String> before,
        Optional<String> after) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    /// Comparing takes time and memory by the product of the lines; larger documents are only said to differ.
    private static final int MOST_LINES = 4000;

    /// The changes among these events, the oldest first. Where a record had no room for both texts, the one before is
    /// taken from the record that told of it.
    static List<HistoryChange> of(Collection<TopicEvent<?>> events) {
        var changes = new ArrayList<HistoryChange>();
        var texts = new HashMap<Long, String>();
        for (var event : events) {
            if (event instanceof TopicEvent.Put<?> put
                    && put.topic().name().equals(Topics.HISTORY.name())
                    && put.value() instanceof String json) {
                parsed(json).ifPresent(change -> {
                    change.after.ifPresent(text -> texts.put(change.offset, text));
                    changes.add(change.completed(texts));
                });
            }
        }
        changes.sort(Comparator.comparingLong(HistoryChange::offset));
        return changes;
    }

    private HistoryChange completed(Map<Long, String> texts) {
        return before.isPresent() || beforeOffset < 0
                ? this
                : new HistoryChange(
                        key, offset, who, why, when, beforeOffset, Optional.ofNullable(texts.get(beforeOffset)), after);
    }

    private static Optional<HistoryChange> parsed(String json) {
        try {
            var tree = JSON.readTree(json);
            return ResourceKey.parse(text(tree, "key").orElse(""))
                    .map(key -> new HistoryChange(
                            key,
                            tree.path("offset").asLong(-1),
                            text(tree, "who").orElse(""),
                            text(tree, "why").orElse(""),
                            Instant.parse(text(tree, "when").orElse("")),
                            tree.path("beforeOffset").asLong(-1),
                            text(tree, "before"),
                            text(tree, "after")));
        } catch (JacksonException | DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonNode tree, String field) {
        JsonNode node = tree.path(field);
        return node.isString() ? Optional.of(node.asString()) : Optional.empty();
    }

    String kind() {
        return after.isEmpty() ? "deleted" : beforeOffset < 0 ? "created" : "updated";
    }

    /// `updated +3 -1`.
    String summary() {
        List<String> lines = diff();
        long added = lines.stream().filter(line -> line.startsWith("+")).count();
        long removed = lines.stream().filter(line -> line.startsWith("-")).count();
        return kind() + (added == 0 ? "" : " +" + added) + (removed == 0 ? "" : " -" + removed);
    }

    /// Lines with `+`, `-` or two spaces in front; none when the text before isn't known or both are too long.
    List<String> diff() {
        if (before.isEmpty() && beforeOffset >= 0) {
            return List.of();
        }
        return between(before.orElse(null), after.orElse(null));
    }

    static List<String> between(@Nullable String before, @Nullable String after) {
        List<String> one = before == null ? List.of() : before.lines().toList();
        List<String> other = after == null ? List.of() : after.lines().toList();
        return one.size() > MOST_LINES || other.size() > MOST_LINES ? List.of() : LineDiff.of(one, other);
    }

    Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("offset", offset);
        fields.put("when", when.toString());
        fields.put("who", who);
        fields.put("why", why);
        fields.put("key", key.toString());
        fields.put("change", kind());
        fields.put("beforeOffset", beforeOffset);
        before.ifPresent(text -> fields.put("before", text));
        after.ifPresent(text -> fields.put("after", text));
        return fields;
    }
}
