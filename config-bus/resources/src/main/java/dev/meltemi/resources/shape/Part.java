package dev.meltemi.resources.shape;

import dev.meltemi.resources.yaml.Node;
import dev.meltemi.resources.yaml.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// A place in a document, which knows how it was reached. Reading assumes that the document has passed its
/// {@link Shape}: what is absent or of another type reads as empty, 0 or false, as in protobuf.
public final class Part {
    private final @Nullable Part parent;
    private final String step;
    private final @Nullable Node node;
    private final @Nullable Span key;

    private Part(@Nullable Part parent, String step, @Nullable Node node, @Nullable Span key) {
        this.parent = parent;
        this.step = step;
        this.node = node;
        this.key = key;
    }

    public static Part root(Node node) {
        return new Part(null, "", node, null);
    }

    /// The field of that name, perhaps absent.
    public Part at(String field) {
        if (node instanceof Node.Mapping mapping) {
            Node.Entry entry = mapping.entries().get(field);
            if (entry != null) {
                return new Part(this, field, entry.value(), entry.key().at());
            }
        }
        return new Part(this, field, null, null);
    }

    Part item(int index, Node item) {
        return new Part(this, "[" + index + "]", item, null);
    }

    /// Says something, and not `null`.
    public boolean isPresent() {
        return node != null && !(node instanceof Node.Scalar scalar && scalar.isNull());
    }

    public boolean has(String field) {
        return at(field).isPresent();
    }

    /// Nothing inside: absent, `{}` or `[]`.
    public boolean isEmpty() {
        return switch (node) {
            case null -> true;
            case Node.Scalar scalar -> scalar.text().isEmpty();
            case Node.Sequence sequence -> sequence.items().isEmpty();
            case Node.Mapping mapping -> mapping.entries().isEmpty();
        };
    }

    public List<Part> items() {
        if (!(node instanceof Node.Sequence sequence)) {
            return List.of();
        }
        List<Part> parts = new ArrayList<>(sequence.items().size());
        for (Node item : sequence.items()) {
            parts.add(item(parts.size(), item));
        }
        return parts;
    }

    public List<Part> items(String field) {
        return at(field).items();
    }

    /// The fields of an object, in the order of the text.
    public Map<String, Part> fields() {
        if (!(node instanceof Node.Mapping mapping)) {
            return Map.of();
        }
        Map<String, Part> parts =
                LinkedHashMap.newLinkedHashMap(mapping.entries().size());
        for (String name : mapping.entries().keySet()) {
            parts.put(name, at(name));
        }
        return parts;
    }

    public String text() {
        return node instanceof Node.Scalar scalar && !scalar.isNull() ? scalar.text() : "";
    }

    public String text(String field) {
        return at(field).text();
    }

    /// Empty also when the text is.
    public Optional<String> someText(String field) {
        return Optional.of(text(field)).filter(text -> !text.isEmpty());
    }

    public List<String> texts(String field) {
        return items(field).stream().map(Part::text).toList();
    }

    public Map<String, String> textTable(String field) {
        Map<String, String> table = new LinkedHashMap<>();
        at(field).fields().forEach((name, value) -> table.put(name, value.text()));
        return table;
    }

    public long whole() {
        return node instanceof Node.Scalar scalar ? Numbers.whole(scalar.text()).orElse(0) : 0;
    }

    public long whole(String field) {
        return at(field).whole();
    }

    public OptionalInt someInt(String field) {
        Part part = at(field);
        return part.isPresent() ? OptionalInt.of((int) part.whole()) : OptionalInt.empty();
    }

    public double decimal(String field) {
        return at(field).node instanceof Node.Scalar scalar
                ? Numbers.decimal(scalar.text()).orElse(0)
                : 0;
    }

    public boolean flag(String field) {
        return text(field).equals("true");
    }

    public Optional<Duration> duration(String field) {
        return Durations.parse(text(field));
    }

    /// `spec.http[0].route`; empty for the whole document.
    public String path() {
        if (parent == null) {
            return "";
        }
        String before = parent.path();
        return before.isEmpty() || step.startsWith("[") ? before + step : before + "." + quoted(step);
    }

    private static String quoted(String step) {
        return step.indexOf('.') < 0 ? step : "\"" + step + "\"";
    }

    /// Where it is written; where its nearest ancestor is when it is absent.
    public Span span() {
        if (key != null) {
            return key;
        }
        return node == null && parent != null ? parent.span() : where();
    }

    /// Where the value itself is written.
    Span where() {
        if (node != null) {
            return node.at();
        }
        return parent == null ? new Span(1, 1, 0, 0) : parent.where();
    }

    public @Nullable Node node() {
        return node;
    }

    /// `path`, or `document` for the whole.
    @Override
    public String toString() {
        String path = path();
        return path.isEmpty() ? "document" : path;
    }
}
