package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.Settings;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// What the mesh says for all services and routes that say nothing themselves.
///
/// @param retries of routes
/// @param connectTimeoutMicros of services; null: Istio's default
/// @param nameRefresh how long names stay resolved whose answers don't say
/// @param protocolDetectionMicros after which a silent connection is no longer sniffed; null: never
/// @param upgradesToHttp2 whether ports that are declared as HTTP are called by HTTP/2
record MeshDefaults(
        Retries retries,
        @Nullable Long connectTimeoutMicros,
        Duration nameRefresh,
        @Nullable Long protocolDetectionMicros,
        boolean upgradesToHttp2) {
    static final MeshDefaults NOTHING_SAID = new MeshDefaults(Retries.DEFAULT, null, Names.NONE.refresh(), null, false);

    static MeshDefaults of(@Nullable Settings mesh) {
        return mesh == null
                ? NOTHING_SAID
                : new MeshDefaults(
                        RouteSettings.retries(mesh.getDefaultRetries()),
                        mesh.getConnectTimeoutUs(),
                        mesh.getDnsRefreshUs() == null
                                ? Names.NONE.refresh()
                                : Duration.of(mesh.getDnsRefreshUs(), ChronoUnit.MICROS),
                        mesh.getProtocolDetectionTimeoutUs(),
                        mesh.getUpgradeToHttp2());
    }
}
