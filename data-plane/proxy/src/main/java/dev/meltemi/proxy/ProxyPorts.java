package dev.meltemi.proxy;

import dev.meltemi.routing.RouteTable;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What the proxy needs of the world. The sidecar wires it; the proxy knows no bus.
public record ProxyPorts(
        Supplier<RouteTable> table, TelemetrySink telemetry, InstantSource clock, RandomGenerator random) {}
