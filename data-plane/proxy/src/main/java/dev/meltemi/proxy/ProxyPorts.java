package dev.meltemi.proxy;

import dev.meltemi.routing.RouteTable;
import dev.meltemi.spiffe.Identity;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What the proxy needs of the world. The sidecar wires it; the proxy knows no bus.
///
/// @param identity asked at each new connection: null while there is none, another instance after each rotation
/// or change of trust, the same one in between
public record ProxyPorts(
        Supplier<RouteTable> table,
        TelemetrySink telemetry,
        InstantSource clock,
        RandomGenerator random,
        Supplier<@Nullable Identity> identity) {
    /// Now, in microseconds since 1970.
    long micros() {
        Instant now = clock.instant();
        return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000L), now.getNano() / 1000);
    }
}
