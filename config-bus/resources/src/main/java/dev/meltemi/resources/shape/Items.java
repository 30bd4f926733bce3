package dev.meltemi.resources.shape;

import dev.meltemi.resources.yaml.Node;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A list of things of one shape.
///
/// @param distinctBy the field that tells its objects apart; empty where an item is text that is there once; null where
/// items may repeat
public record Items(Shape item, int min, int max, @Nullable String distinctBy) implements Shape {
    /// No two items are the same text.
    public Items distinct() {
        return distinctBy("");
    }

    /// No two items have the same value of this field.
    public Items distinctBy(String field) {
        return new Items(item, min, max, field);
    }

    @Override
    public void check(Part part, Sink sink) {
        if (!(part.node() instanceof Node.Sequence sequence)) {
            sink.error(part, Shape.describe(part) + " stands where a list belongs", "begin each item with \"- \"");
            return;
        }
        int size = sequence.items().size();
        if (size < min || size > max) {
            sink.error(part, "has " + size + " items: expected " + expected(), null);
        }
        for (int i = 0; i < size && !sink.isFull(); i++) {
            item.check(part.item(i, sequence.items().get(i)), sink);
        }
        if (distinctBy != null) {
            checkDistinct(part, distinctBy, sink);
        }
    }

    private static void checkDistinct(Part part, String field, Sink sink) {
        Set<String> seen = new HashSet<>();
        for (Part item : part.items()) {
            Part value = field.isEmpty() ? item : item.at(field);
            if (value.isPresent() && !seen.add(value.text())) {
                sink.error(value, Shape.describe(value) + " is there twice", "leave one of them out");
            }
        }
    }

    @Override
    public void describe(String path, Consumer<FieldSupport> reader) {
        item.describe(path + "[]", reader);
    }

    private String expected() {
        return max == Integer.MAX_VALUE ? "at least " + min : min + " to " + max;
    }
}
