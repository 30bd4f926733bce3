package dev.meltemi.spiffe;

/// What a reader makes of a record, see {@link Senders}.
public sealed interface Belief {
    record Believed() implements Belief {}

    /// @param why who sent it, as far as that is proven, and what is wrong
    record Ignored(Reason reason, String why) implements Belief {}

    enum Reason {
        UNSIGNED,
        /// No certificate that proves a member of the mesh at the time at which the broker took the record.
        UNPROVEN,
        /// Signed for another record, or changed since.
        FORGED,
        /// It speaks for another workload than its sender, or under another instance's key.
        ANOTHERS,
        /// Older than what was believed before, or signed long before the broker took it.
        REPLAYED
    }

    Belief BELIEVED = new Believed();
}
