package dev.meltemi.kafka;

import java.time.Instant;

/// Where reading begins.
public sealed interface StartAt {
    record Beginning() implements StartAt {}

    record End() implements StartAt {}

    /// At the first record that the broker appended then or later.
    record Since(Instant time) implements StartAt {}
}
