package dev.meltemi.resources.shape;

import dev.meltemi.resources.yaml.Node;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A single value. Quotes matter, as in Kubernetes: `5` is a number and `"5"` is text; `yes` and `on` are text.
public sealed interface Leaf extends Shape {
    /// What belongs here; completes "expected …".
    String expected();

    /// Why the scalar doesn't fit, empty when it does.
    Optional<Misfit> judge(Node.Scalar scalar);

    /// @param hint what to write instead, where that can be said
    record Misfit(String expected, @Nullable String hint) {}

    @Override
    default void describe(String path, Consumer<FieldSupport> reader) {
        reader.accept(FieldSupport.inForce(path));
    }

    @Override
    default void check(Part part, Sink sink) {
        if (!(part.node() instanceof Node.Scalar scalar) || scalar.isNull()) {
            sink.error(part, Shape.describe(part) + " stands where " + expected() + " belongs", null);
            return;
        }
        judge(scalar)
                .ifPresent(misfit ->
                        sink.error(part, Shape.describe(part) + ": expected " + misfit.expected(), misfit.hint()));
    }

    private static Optional<Misfit> unless(boolean fits, String expected) {
        return fits ? Optional.empty() : Optional.of(new Misfit(expected, null));
    }

    record Text(int minLength, int maxLength, Predicate<String> fits, String expected) implements Leaf {
        @Override
        public Optional<Misfit> judge(Node.Scalar scalar) {
            String text = scalar.text();
            if (scalar.plain() && (Numbers.looksLikeNumber(text) || text.equals("true") || text.equals("false"))) {
                return Optional.of(new Misfit(expected, "put it in quotes: \"" + text + "\""));
            }
            return unless(text.length() >= minLength && text.length() <= maxLength && fits.test(text), expected);
        }
    }

    record Whole(long min, long max) implements Leaf {
        @Override
        public String expected() {
            return min == Integer.MIN_VALUE ? "a whole number" : "a whole number from " + min + " to " + max;
        }

        @Override
        public Optional<Misfit> judge(Node.Scalar scalar) {
            OptionalLong value = Numbers.whole(scalar.text());
            if (!scalar.plain() && value.isPresent()) {
                return Optional.of(new Misfit(expected(), "leave out the quotes: " + scalar.text()));
            }
            return unless(value.isPresent() && value.getAsLong() >= min && value.getAsLong() <= max, expected());
        }
    }

    record Decimal(double min, double max) implements Leaf {
        @Override
        public String expected() {
            return "a number from " + min + " to " + max;
        }

        @Override
        public Optional<Misfit> judge(Node.Scalar scalar) {
            OptionalDouble value = scalar.plain() ? Numbers.decimal(scalar.text()) : OptionalDouble.empty();
            return unless(value.isPresent() && value.getAsDouble() >= min && value.getAsDouble() <= max, expected());
        }
    }

    record Flag() implements Leaf {
        @Override
        public String expected() {
            return "true or false";
        }

        @Override
        public Optional<Misfit> judge(Node.Scalar scalar) {
            boolean fits = scalar.text().equals("true") || scalar.text().equals("false");
            return unless(
                    fits && scalar.plain(), "true or false, without quotes (yes, no, on and off are text in YAML 1.2)");
        }
    }

    record Time(boolean zero) implements Leaf {
        @Override
        public String expected() {
            return "a duration such as \"5s\", \"100ms\" or \"1h30m\"";
        }

        @Override
        public Optional<Misfit> judge(Node.Scalar scalar) {
            Optional<Duration> value = Durations.parse(scalar.text());
            if (value.isEmpty() || (scalar.plain() && Numbers.looksLikeNumber(scalar.text()))) {
                boolean bare = Numbers.looksLikeNumber(scalar.text());
                return Optional.of(new Misfit(expected(), bare ? "with a unit: " + scalar.text() + "s" : null));
            }
            Duration duration = value.get();
            boolean wholeMillis = duration.equals(Duration.ofMillis(duration.toMillis()));
            boolean longEnough = duration.toMillis() >= 1 || (zero && duration.isZero());
            return unless(wholeMillis && longEnough, "at least 1ms, in whole milliseconds");
        }
    }

    record Choice(List<String> names) implements Leaf {
        @Override
        public String expected() {
            return "one of " + String.join(", ", names);
        }

        @Override
        public Optional<Misfit> judge(Node.Scalar scalar) {
            if (names.contains(scalar.text())) {
                return Optional.empty();
            }
            return Optional.of(new Misfit(expected(), Suggestion.among(names, scalar.text())));
        }
    }

    record NumberOrText() implements Leaf {
        @Override
        public String expected() {
            return "a number or a name";
        }

        @Override
        public Optional<Misfit> judge(Node.Scalar scalar) {
            return unless(!scalar.text().isEmpty(), expected());
        }
    }
}
