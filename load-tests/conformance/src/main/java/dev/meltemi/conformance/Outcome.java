package dev.meltemi.conformance;

import org.jspecify.annotations.Nullable;

/// What came of a case.
sealed interface Outcome {
    /// In the words of the folder; of several keys only those that were asked for.
    @Nullable
    Object actual();

    /// What differs, or why nothing was tried; empty when it passed.
    String reason();

    record Passed(@Nullable Object actual) implements Outcome {
        @Override
        public String reason() {
            return "";
        }
    }

    record Failed(@Nullable Object actual, String reason) implements Outcome {}

    /// @param reason which the support matrix states, too
    record Skipped(String reason) implements Outcome {
        @Override
        public @Nullable Object actual() {
            return null;
        }
    }

    static Outcome of(@Nullable Object actual, String differences) {
        return differences.isEmpty() ? new Passed(actual) : new Failed(actual, differences);
    }

    default String verdict() {
        return switch (this) {
            case Passed _ -> "passed";
            case Failed _ -> "failed";
            case Skipped _ -> "skipped";
        };
    }
}
