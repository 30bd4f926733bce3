package dev.meltemi.admission;

import dev.meltemi.schemas.ConfigStatus.Message;
import dev.meltemi.schemas.Headers;
import java.util.Optional;

/// Optimistic concurrency. A writer may say in the header `mesh-if-version` which version it changed: the offset that
/// `get` showed, or -1 for "must not exist". Kafka has no compare-and-set, so a stale write reaches `mesh.config`;
/// it is refused here, and the version in force stays.
///
/// The offset may be that of the version in force or of the newest record that was judged: somebody's refused attempt
/// in between changed nothing, so it is no conflict, and whoever mends a refused document names that one.
final class IfVersion {
    private static final long MUST_NOT_EXIST = -1;

    private IfVersion() {}

    /// What speaks against the submission; empty without the header.
    static Optional<Message> objection(Submission submission, Known known) {
        return submission
                .headers()
                .last(Headers.IF_VERSION)
                .flatMap(text -> Stamp.number(text)
                        .map(expected -> expected(submission.key(), expected, known))
                        .orElseGet(() -> Optional.of(Refusals.message(
                                Refusals.MALFORMED_IF_VERSION,
                                "header %s is '%s', which is no number".formatted(Headers.IF_VERSION, text),
                                "give the offset that `meltemi get` shows, or -1 for a"
                                        + " document that must not exist yet"))));
    }

    private static Optional<Message> expected(String key, long expected, Known known) {
        if (known.inForce().isPresent()) {
            var version = known.inForce().get();
            return expected == version.offset() || expected == known.observed()
                    ? Optional.empty()
                    : Optional.of(conflict(key, expected, version));
        }
        return expected == MUST_NOT_EXIST || expected == known.observed()
                ? Optional.empty()
                : Optional.of(Refusals.message(
                        Refusals.CONFLICT,
                        "conflict: this change was made to offset %d of %s, which doesn't exist (any more)"
                                .formatted(expected, key),
                        "publish it again with %s: -1 if it is to be created".formatted(Headers.IF_VERSION)));
    }

    private static Message conflict(String key, long expected, Version version) {
        var wanted = expected == MUST_NOT_EXIST
                ? "this was to create %s".formatted(key)
                : "this change was made to offset %d of %s".formatted(expected, key);
        return Refusals.message(
                Refusals.CONFLICT,
                "conflict: %s, but offset %d%s is in force since %s"
                        .formatted(
                                wanted,
                                version.offset(),
                                version.author().isEmpty() ? "" : " by " + version.author(),
                                version.at()),
                "read it again with `meltemi get`, repeat the change, and publish it with %s: %d"
                        .formatted(Headers.IF_VERSION, version.offset()));
    }
}
