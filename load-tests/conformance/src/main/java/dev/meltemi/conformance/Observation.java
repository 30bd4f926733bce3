package dev.meltemi.conformance;

import org.jspecify.annotations.Nullable;

/// What became of a request, in the words of a case.
@FunctionalInterface
interface Observation {
    /// @param expected there: of headers only those are told that are asked for
    /// @return {@link Unseen} where nothing of the kind could be seen, or nobody knows the key
    @Nullable
    Object of(String key, @Nullable Object expected);

    /// Never agrees with what was expected.
    record Unseen(String why) {
        @Override
        public String toString() {
            return why;
        }
    }
}
