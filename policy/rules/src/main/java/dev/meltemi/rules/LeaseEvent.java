package dev.meltemi.rules;

import java.time.Instant;

/// What a judge of leases learns. Times are the broker's (LogAppendTime): instances' clocks are never compared.
public sealed interface LeaseEvent {
    /// A registration was read: the lease begins, or is renewed.
    record Registered(String instance, Instant at) implements LeaseEvent {}

    /// Any other record of an instance, such as a heartbeat. It moves the clock also when nobody registered that
    /// instance.
    record Heard(String instance, Instant at) implements LeaseEvent {}

    /// The registration is gone: nothing is left to judge.
    record Withdrawn(String instance) implements LeaseEvent {}

    /// This judge begins, after reading everything there is: whatever time passed before isn't anybody's silence.
    record TookOver() implements LeaseEvent {}

    /// Time to judge; as often as the shell likes, once a second is plenty.
    ///
    /// @param mesh tells who serves a host together
    record Judged(MeshState mesh) implements LeaseEvent {}
}
