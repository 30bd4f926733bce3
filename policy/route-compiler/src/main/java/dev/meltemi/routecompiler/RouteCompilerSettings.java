package dev.meltemi.routecompiler;

import dev.meltemi.rules.Leases;
import java.time.Duration;

/// @param leases when an instance that is silent gets no more traffic, and when it is removed
/// @param tick how often leases are looked at
/// @param pause before beginning again after a failure
public record RouteCompilerSettings(Leases.Terms leases, Duration tick, Duration pause) {
    public static final RouteCompilerSettings DEFAULT =
            new RouteCompilerSettings(Leases.Terms.DEFAULT, Duration.ofSeconds(1), Duration.ofSeconds(1));
}
