package dev.meltemi.resources.shape;

import dev.meltemi.resources.yaml.Node;
import java.util.function.Consumer;

/// A list of things of one shape.
public record Items(Shape item, int min, int max) implements Shape {
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
    }

    @Override
    public void describe(String path, Consumer<FieldSupport> reader) {
        item.describe(path + "[]", reader);
    }

    private String expected() {
        return max == Integer.MAX_VALUE ? "at least " + min : min + " to " + max;
    }
}
