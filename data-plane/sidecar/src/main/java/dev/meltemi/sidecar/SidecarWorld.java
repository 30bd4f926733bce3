package dev.meltemi.sidecar;

import dev.meltemi.bus.MeshBus;
import dev.meltemi.kafka.KafkaSettings;
import dev.meltemi.spiffe.Identity;
import dev.meltemi.workload.WorkloadIdentity;
import java.time.InstantSource;
import java.util.Random;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/// What a proxy shares with others of its process or has been given from outside.
///
/// @param bus null: it runs from a folder, and tells nobody
/// @param telemetry null: requests are counted, and not told
/// @param identity null while there is none; another instance after each rotation or change of trust
/// @param workload where the identity comes from; null when no CA was named
/// @param random safe for threads; only seeds are drawn from it
public record SidecarWorld(
        LoopResources loops,
        @Nullable MeshBus bus,
        @Nullable KafkaSettings telemetry,
        InstantSource clock,
        RandomGenerator random,
        Supplier<@Nullable Identity> identity,
        @Nullable WorkloadIdentity workload) {
    public static SidecarWorld of(LoopResources loops, @Nullable MeshBus bus, @Nullable KafkaSettings telemetry) {
        return new SidecarWorld(loops, bus, telemetry, InstantSource.system(), new Random(), () -> null, null);
    }

    public SidecarWorld withIdentity(Supplier<@Nullable Identity> source) {
        return new SidecarWorld(loops, bus, telemetry, clock, random, source, workload);
    }

    /// With an identity that a CA vouches for: ready only with it, and the mesh is told of it.
    public SidecarWorld withWorkload(WorkloadIdentity source) {
        return new SidecarWorld(loops, bus, telemetry, clock, random, source, source);
    }
}
