package dev.meltemi.resources;

import dev.meltemi.resources.HttpRoute.RetryPolicy;
import dev.meltemi.resources.Sidecar.OutboundTraffic;
import dev.meltemi.schemas.ResourceKey;
import java.time.Duration;
import java.util.Optional;

/// What holds for the whole mesh, in the words of Istio's mesh config; whatever is empty is at Istio's default.
///
/// @param outboundTraffic what becomes of requests to hosts that nobody declared, unless a Sidecar says
/// @param defaultRetries of routes that name none
/// @param connectTimeout of services whose DestinationRules name none
/// @param dnsRefreshRate how long names stay resolved whose answers don't say
/// @param protocolDetectionTimeout after which a silent connection to an undeclared port isn't sniffed any longer
/// @param upgradesToHttp2 whether services whose ports are HTTP are called by HTTP/2 where no rule says otherwise
/// @param entrance before rules see a request
/// @param traffic towards services whose DestinationRules say nothing of it
public record MeshConfig(
        ResourceKey key,
        Optional<OutboundTraffic> outboundTraffic,
        Optional<RetryPolicy> defaultRetries,
        Optional<Duration> connectTimeout,
        Optional<Duration> dnsRefreshRate,
        Optional<Duration> protocolDetectionTimeout,
        boolean upgradesToHttp2,
        MeshEntrance entrance,
        MeshTraffic traffic,
        MeshTls tls)
        implements Resource {}
