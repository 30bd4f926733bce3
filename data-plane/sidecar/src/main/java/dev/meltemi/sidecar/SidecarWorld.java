package dev.meltemi.sidecar;

import dev.meltemi.bus.MeshBus;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/// What a proxy shares with others of its process or has been given from outside.
///
/// @param bus null: it runs from a folder, and tells nobody
/// @param telemetry null: requests are counted, and not told
/// @param random safe for threads; only seeds are drawn from it
public record SidecarWorld(
        LoopResources loops,
        @Nullable MeshBus bus,
        @Nullable TelemetryConnection telemetry,
        InstantSource clock,
        RandomGenerator random) {
    /// @param properties of Kafka clients: `bootstrap.servers`, and security when the broker asks for it
    /// @param prefix of the topics
    public record TelemetryConnection(Map<String, Object> properties, String prefix) {
        public TelemetryConnection {
            properties = Map.copyOf(properties);
        }
    }

    public static SidecarWorld of(LoopResources loops, @Nullable MeshBus bus, @Nullable TelemetryConnection telemetry) {
        return new SidecarWorld(loops, bus, telemetry, InstantSource.system(), new Random());
    }
}
