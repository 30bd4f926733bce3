package dev.meltemi.conformance;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One case.
///
/// @param id unique in its suite
/// @param expected as the folder says it
record Case(Suite suite, String id, String name, @Nullable Object expected, Supplier<Outcome> judge) {
    /// A case that can't even be read.
    static Case unreadable(Suite suite, String id, String why) {
        return new Case(suite, id, "", null, () -> new Outcome.Failed(null, why));
    }

    /// A fault of ours in one case doesn't keep the others from being judged.
    Result run() {
        try {
            return new Result(this, judge.get());
        } catch (RuntimeException e) {
            return new Result(this, new Outcome.Failed(null, "judging it failed: " + e));
        }
    }
}
