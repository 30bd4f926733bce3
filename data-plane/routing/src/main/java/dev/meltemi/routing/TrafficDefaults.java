package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.ConnectionPool;
import dev.meltemi.schemas.compiled.LocalitySettings;
import dev.meltemi.schemas.compiled.OutlierDetection;
import dev.meltemi.schemas.compiled.Settings;
import dev.meltemi.schemas.compiled.TcpKeepalive;
import dev.meltemi.schemas.compiled.TrafficPolicy;
import org.jspecify.annotations.Nullable;

/// What callers do towards a service of whose DestinationRules none says it, as the mesh has it; null is not said.
///
/// @param keepalive of pools that have none of their own
record TrafficDefaults(
        @Nullable Long connectTimeoutMicros,
        @Nullable ConnectionPool pool,
        @Nullable OutlierDetection outlier,
        @Nullable TcpKeepalive keepalive,
        @Nullable LocalitySettings locality) {
    static final TrafficDefaults NONE = new TrafficDefaults(null, null, null, null, null);

    static TrafficDefaults of(Settings mesh) {
        return new TrafficDefaults(
                mesh.getConnectTimeoutUs(),
                mesh.getConnectionPool(),
                mesh.getOutlierDetection(),
                mesh.getTcpKeepalive(),
                mesh.getLocality());
    }

    void fill(TrafficPolicy.Builder said) {
        if (said.getConnectTimeoutUs() == null) {
            said.setConnectTimeoutUs(connectTimeoutMicros);
        }
        if (said.getConnectionPool() == null) {
            said.setConnectionPool(pool);
        }
        ConnectionPool chosen = said.getConnectionPool();
        if (keepalive != null && (chosen == null || chosen.getTcpKeepalive() == null)) {
            var made = chosen == null ? ConnectionPool.newBuilder() : ConnectionPool.newBuilder(chosen);
            said.setConnectionPool(made.setTcpKeepalive(keepalive).build());
        }
        if (said.getOutlierDetection() == null) {
            said.setOutlierDetection(outlier);
        }
        if (said.getLocality() == null) {
            said.setLocality(locality);
        }
    }
}
