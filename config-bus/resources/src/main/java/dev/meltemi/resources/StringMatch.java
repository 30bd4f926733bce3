package dev.meltemi.resources;

/// A condition on a text.
public sealed interface StringMatch {
    record Exact(String value) implements StringMatch {}

    record Prefix(String value) implements StringMatch {}

    /// RE2, known to compile; must match in full.
    record Regex(String pattern) implements StringMatch {}

    /// Any value will do: `{}`, or the regex `*` that Istio takes for it.
    record Present() implements StringMatch {}
}
