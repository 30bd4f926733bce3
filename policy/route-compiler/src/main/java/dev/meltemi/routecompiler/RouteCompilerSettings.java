package dev.meltemi.routecompiler;

import java.time.Duration;

/// @param lease silence after which an instance gets no more traffic; ten times that, and it is removed
/// @param tick how often leases are looked at
/// @param pause before beginning again after a failure
public record RouteCompilerSettings(Duration lease, Duration tick, Duration pause) {
    /// A lease is three intervals of heartbeats.
    public static final RouteCompilerSettings DEFAULT =
            new RouteCompilerSettings(Duration.ofSeconds(15), Duration.ofSeconds(1), Duration.ofSeconds(1));
}
