package dev.meltemi.resources;

import dev.meltemi.resources.TrafficPolicy.ConnectionPool;
import dev.meltemi.resources.TrafficPolicy.Locality;
import dev.meltemi.resources.TrafficPolicy.OutlierDetection;
import dev.meltemi.resources.TrafficPolicy.TcpKeepalive;
import dev.meltemi.resources.shape.Part;
import java.util.Optional;

/// What callers do towards services whose DestinationRules say nothing of it.
///
/// @param keepalive of connection pools that have none of their own
public record MeshTraffic(
        Optional<ConnectionPool> connectionPool,
        Optional<OutlierDetection> outlierDetection,
        Optional<TcpKeepalive> keepalive,
        Optional<Locality> locality) {
    /// @param spec of a MeshConfig
    static MeshTraffic read(Part spec) {
        Part policy = spec.at("defaultTrafficPolicy");
        return new MeshTraffic(
                TrafficPolicyReader.block(policy.at("connectionPool"), TrafficPolicyReader::connectionPool),
                TrafficPolicyReader.block(policy.at("outlierDetection"), TrafficPolicyReader::outlierDetection),
                TrafficPolicyReader.block(spec.at("tcpKeepalive"), TrafficPolicyReader::keepalive),
                TrafficPolicyReader.block(
                        spec.at("localityLbSetting"), part -> TrafficPolicyReader.locality(part, false)));
    }
}
