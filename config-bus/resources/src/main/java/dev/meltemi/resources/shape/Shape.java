package dev.meltemi.resources.shape;

import dev.meltemi.resources.yaml.Node;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// What may stand at a place of a document.
public sealed interface Shape permits Struct, Table, Items, Leaf, Shape.FreeForm {
    /// Tells the sink of everything at or below the part that doesn't fit.
    void check(Part part, Sink sink);

    /// Tells of every field at or below a path, in the order of the declaration.
    void describe(String path, Consumer<FieldSupport> reader);

    /// Anything goes: configuration of other programs.
    record FreeForm() implements Shape {
        @Override
        public void check(Part part, Sink sink) {}

        @Override
        public void describe(String path, Consumer<FieldSupport> reader) {
            reader.accept(FieldSupport.inForce(path));
        }
    }

    static Shape freeForm() {
        return new FreeForm();
    }

    static Leaf text() {
        return new Leaf.Text(0, Integer.MAX_VALUE, text -> true, "text");
    }

    static Leaf someText() {
        return text(1, Integer.MAX_VALUE);
    }

    static Leaf text(int minLength, int maxLength) {
        String expected = maxLength == Integer.MAX_VALUE
                ? "text that isn't empty"
                : "text of " + minLength + " to " + maxLength + " characters";
        return new Leaf.Text(minLength, maxLength, text -> true, expected);
    }

    /// @param expected completes "expected …"
    static Leaf text(Predicate<String> fits, String expected) {
        return new Leaf.Text(0, Integer.MAX_VALUE, fits, expected);
    }

    /// @param expected completes "expected …"
    static Leaf text(int minLength, int maxLength, Predicate<String> fits, String expected) {
        return new Leaf.Text(minLength, maxLength, fits, expected);
    }

    static Leaf whole(long min, long max) {
        return new Leaf.Whole(min, max);
    }

    /// A port number.
    static Leaf port() {
        return whole(1, 65_535);
    }

    /// int32: the check of its range is the kind's own.
    static Leaf number() {
        return whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    /// uint32.
    static Leaf count() {
        return whole(0, 4_294_967_295L);
    }

    static Leaf decimal(double min, double max) {
        return new Leaf.Decimal(min, max);
    }

    static Leaf flag() {
        return new Leaf.Flag();
    }

    /// At least 1 ms, in whole milliseconds, as Istio wants it.
    static Leaf duration() {
        return new Leaf.Time(false);
    }

    /// As {@link #duration()}, or 0.
    static Leaf durationOrZero() {
        return new Leaf.Time(true);
    }

    static Leaf choice(String... names) {
        return new Leaf.Choice(List.of(names));
    }

    /// A number or text: Kubernetes' `IntOrString`.
    static Leaf numberOrText() {
        return new Leaf.NumberOrText();
    }

    static Items list(Shape item) {
        return new Items(item, 0, Integer.MAX_VALUE, null);
    }

    static Items list(Shape item, int min, int max) {
        return new Items(item, min, max, null);
    }

    /// Names that people choose, each with a value.
    static Table table(Shape value) {
        return new Table(value, 0, Integer.MAX_VALUE);
    }

    static Struct struct() {
        return Struct.EMPTY;
    }

    /// What the place holds, in few words, for messages.
    static String describe(Part part) {
        return switch (part.node()) {
            case null -> "nothing";
            case Node.Scalar scalar when scalar.isNull() -> "nothing";
            case Node.Scalar scalar -> "\"" + clip(scalar.text()) + "\"";
            case Node.Sequence sequence -> "a list";
            case Node.Mapping mapping -> "an object";
        };
    }

    private static String clip(String text) {
        String line = text.replace("\n", "\\n");
        return line.length() <= 60 ? line : line.substring(0, 57) + "...";
    }
}
