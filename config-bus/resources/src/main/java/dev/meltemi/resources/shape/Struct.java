package dev.meltemi.resources.shape;

import dev.meltemi.resources.yaml.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An object with known fields. Read a declaration downward: each line is a field, what may stand in it, and, where the
/// mesh doesn't do it yet, what a person can do instead.
public final class Struct implements Shape {
    static final Struct EMPTY = new Struct(Map.of(), List.of());

    private final Map<String, Field> fields;
    private final List<Choose> choices;

    /// @param reason why it isn't in force or is refused; null when it is in force
    private record Field(
            Shape shape,
            boolean required,
            FieldSupport.State state,
            @Nullable String reason) {
        static Field inForce(Shape shape, boolean required) {
            return new Field(shape, required, FieldSupport.State.IN_FORCE, null);
        }
    }

    private record Choose(List<String> names, boolean exactly) {}

    private Struct(Map<String, Field> fields, List<Choose> choices) {
        this.fields = fields;
        this.choices = choices;
    }

    public Struct field(String name, Shape shape) {
        return with(name, Field.inForce(shape, false));
    }

    public Struct required(String name, Shape shape) {
        return with(name, Field.inForce(shape, true));
    }

    /// A field that is checked and then does nothing.
    ///
    /// @param reason why, and what a person can do
    public Struct notYet(String name, Shape shape, String reason) {
        return with(name, new Field(shape, false, FieldSupport.State.NOT_IN_FORCE, reason));
    }

    /// A field that Istio's documents may have and that is rejected whatever it says.
    ///
    /// @param reason why, and what a person can do
    public Struct refused(String name, String reason) {
        return with(name, new Field(Shape.freeForm(), false, FieldSupport.State.REFUSED, reason));
    }

    public Struct atMostOne(String... names) {
        return with(new Choose(List.of(names), false));
    }

    public Struct exactlyOne(String... names) {
        return with(new Choose(List.of(names), true));
    }

    /// All fields and choices of another one too.
    public Struct including(Struct other) {
        Struct sum = this;
        for (Map.Entry<String, Field> field : other.fields.entrySet()) {
            sum = sum.with(field.getKey(), field.getValue());
        }
        for (Choose choice : other.choices) {
            sum = sum.with(choice);
        }
        return sum;
    }

    private Struct with(String name, Field field) {
        Map<String, Field> more = new LinkedHashMap<>(fields);
        more.put(name, field);
        return new Struct(Collections.unmodifiableMap(more), choices);
    }

    private Struct with(Choose choice) {
        List<Choose> more = new ArrayList<>(choices);
        more.add(choice);
        return new Struct(fields, List.copyOf(more));
    }

    @Override
    public void check(Part part, Sink sink) {
        if (!(part.node() instanceof Node.Mapping mapping)) {
            sink.error(part, Shape.describe(part) + " stands where an object belongs", "fields: " + known());
            return;
        }
        for (String name : mapping.entries().keySet()) {
            if (sink.isFull()) {
                return;
            }
            checkField(part, name, sink);
        }
        fields.forEach((name, field) -> {
            if (field.required() && !part.has(name)) {
                sink.error(part.at(name), "is missing", null);
            }
        });
        choices.forEach(choice -> check(choice, part, sink));
    }

    private void checkField(Part part, String name, Sink sink) {
        Part value = part.at(name);
        Field field = fields.get(name);
        if (field == null) {
            sink.error(value, "unknown field", hintFor(name));
        } else if (value.isPresent()) {
            field.shape().check(value, sink);
            switch (field.state()) {
                case IN_FORCE -> {}
                case NOT_IN_FORCE -> sink.notInForce(value, Objects.requireNonNull(field.reason()));
                case REFUSED -> sink.error(value, "isn't supported", field.reason());
            }
        }
    }

    @Override
    public void describe(String path, Consumer<FieldSupport> reader) {
        if (fields.isEmpty()) {
            reader.accept(FieldSupport.inForce(path));
        }
        fields.forEach((name, field) -> {
            String below = path.isEmpty() ? name : path + "." + name;
            if (field.state() == FieldSupport.State.IN_FORCE) {
                field.shape().describe(below, reader);
            } else {
                reader.accept(new FieldSupport(below, field.state(), Objects.requireNonNull(field.reason())));
            }
        });
    }

    private String hintFor(String name) {
        if (name.equals("<<")) {
            return "YAML 1.2 has no merge keys: write the fields out";
        }
        String suggestion = Suggestion.among(fields.keySet(), name);
        return suggestion == null ? "fields: " + known() : suggestion;
    }

    private String known() {
        List<String> names = fields.keySet().stream().sorted().limit(12).toList();
        return String.join(", ", names) + (fields.size() > 12 ? ", ..." : "");
    }

    private static void check(Choose choice, Part part, Sink sink) {
        List<String> present = choice.names().stream().filter(part::has).toList();
        if (present.size() > 1) {
            sink.error(part.at(present.get(1)), "can't stand beside " + present.get(0) + ": choose one", null);
        } else if (choice.exactly() && present.isEmpty()) {
            sink.error(part, "needs one of " + String.join(", ", choice.names()), null);
        }
    }
}
