package dev.meltemi.rules;

/// What a judge of leases orders.
public sealed interface LeaseOrder {
    String instance();

    /// Silent for a lease: no new requests ({@link Change.Health} with false).
    record Suspect(String instance) implements LeaseOrder {}

    /// Heard again, or not to be suspected any more because too many of its peers are ({@link Change.Health} with
    /// true).
    record Trust(String instance) implements LeaseOrder {}

    /// Silent for ten leases: its registration is to be deleted.
    record Remove(String instance) implements LeaseOrder {}
}
