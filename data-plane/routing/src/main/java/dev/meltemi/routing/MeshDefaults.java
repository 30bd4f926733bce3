package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.Settings;
import org.jspecify.annotations.Nullable;

/// What the mesh says for all services and routes that say nothing themselves.
///
/// @param retries of routes
/// @param connectTimeoutMicros of services; null: Istio's default
record MeshDefaults(Retries retries, @Nullable Long connectTimeoutMicros) {
    static final MeshDefaults NOTHING_SAID = new MeshDefaults(Retries.DEFAULT, null);

    static MeshDefaults of(@Nullable Settings mesh) {
        return mesh == null
                ? NOTHING_SAID
                : new MeshDefaults(RouteSettings.retries(mesh.getDefaultRetries()), mesh.getConnectTimeoutUs());
    }
}
