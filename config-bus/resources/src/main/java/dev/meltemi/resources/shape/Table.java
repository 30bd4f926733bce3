package dev.meltemi.resources.shape;

import dev.meltemi.resources.yaml.Node;
import java.util.function.Consumer;

/// Names that people choose, each with a value of one shape.
///
/// @param min entries at least
/// @param max entries at most
public record Table(Shape value, int min, int max) implements Shape {
    public Table atLeast(int entries) {
        return new Table(value, entries, max);
    }

    public Table atMost(int entries) {
        return new Table(value, min, entries);
    }

    @Override
    public void check(Part part, Sink sink) {
        if (!(part.node() instanceof Node.Mapping mapping)) {
            sink.error(part, Shape.describe(part) + " stands where an object belongs", "write it as name: value");
            return;
        }
        if (mapping.entries().size() < min) {
            sink.error(part, "is empty: expected at least " + min + " entry", null);
        }
        if (mapping.entries().size() > max) {
            sink.error(part, "has " + mapping.entries().size() + " entries: expected at most " + max, null);
        }
        for (String name : mapping.entries().keySet()) {
            if (sink.isFull()) {
                return;
            }
            value.check(part.at(name), sink);
        }
    }

    @Override
    public void describe(String path, Consumer<FieldSupport> reader) {
        value.describe(path + ".*", reader);
    }
}
