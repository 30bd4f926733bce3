package dev.meltemi.routing;

import java.util.Set;

/// Which HTTP is spoken to the endpoints of a cluster, or to our own application.
public enum UpstreamHttp {
    HTTP_1_1,
    HTTP_2,
    /// What the caller speaks.
    AS_CALLED;

    private static final Set<String> DECLARED_HTTP_2 = Set.of("HTTP2", "GRPC", "GRPC-WEB");

    private static final String UPGRADE = "UPGRADE";

    /// Whether it is HTTP/2 for a request that came by HTTP/2 or not.
    public boolean isHttp2(boolean asked) {
        return this == HTTP_2 || (this == AS_CALLED && asked);
    }

    /// As Istio's `setUpstreamProtocol` and `shouldH2Upgrade`: what a rule says; then what the port is declared to
    /// be; then, for a port that is declared as HTTP, the mesh's default. A gateway goes by what callers speak only
    /// where it is told to, because what they agree upon with TLS says nothing of the services behind.
    ///
    /// @param protocol of the service's port, empty: undeclared
    /// @param upgrades whether the mesh upgrades ports that are HTTP
    static UpstreamHttp of(String protocol, PoolLimits pool, boolean gateway, boolean upgrades) {
        if (pool.useClientProtocol()) {
            return AS_CALLED;
        }
        if (DECLARED_HTTP_2.contains(protocol) || pool.h2Upgrade().equals(UPGRADE)) {
            return HTTP_2;
        }
        boolean says = !pool.h2Upgrade().equals("DEFAULT");
        if (protocol.equals("HTTP") && upgrades && !says) {
            return HTTP_2;
        }
        return protocol.isEmpty() && !gateway ? AS_CALLED : HTTP_1_1;
    }

    /// Towards our own application, for which no rule says anything.
    static UpstreamHttp inbound(String protocol) {
        if (DECLARED_HTTP_2.contains(protocol)) {
            return HTTP_2;
        }
        return protocol.isEmpty() ? AS_CALLED : HTTP_1_1;
    }
}
