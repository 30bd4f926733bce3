package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.Settings;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// What the mesh says for all services and routes that say nothing themselves.
///
/// @param retries of routes
/// @param traffic towards services
/// @param nameRefresh how long names stay resolved whose answers don't say
/// @param protocolDetectionMicros after which a silent connection is no longer sniffed; null: never
/// @param upgradesToHttp2 whether ports that are declared as HTTP are called by HTTP/2
/// @param meshTls of mesh mTLS
/// @param otherTls of all other TLS
record MeshDefaults(
        Retries retries,
        TrafficDefaults traffic,
        Duration nameRefresh,
        @Nullable Long protocolDetectionMicros,
        boolean upgradesToHttp2,
        TlsBounds meshTls,
        TlsBounds otherTls) {
    static final MeshDefaults NOTHING_SAID = new MeshDefaults(
            Retries.DEFAULT, TrafficDefaults.NONE, Names.NONE.refresh(), null, false, TlsBounds.NONE, TlsBounds.NONE);

    static MeshDefaults of(@Nullable Settings mesh) {
        return mesh == null
                ? NOTHING_SAID
                : new MeshDefaults(
                        RouteSettings.retries(mesh.getDefaultRetries()),
                        TrafficDefaults.of(mesh),
                        mesh.getDnsRefreshUs() == null
                                ? Names.NONE.refresh()
                                : Duration.of(mesh.getDnsRefreshUs(), ChronoUnit.MICROS),
                        mesh.getProtocolDetectionTimeoutUs(),
                        mesh.getUpgradeToHttp2(),
                        TlsBounds.of(mesh.getMeshTls()),
                        TlsBounds.of(mesh.getOtherTls()));
    }
}
