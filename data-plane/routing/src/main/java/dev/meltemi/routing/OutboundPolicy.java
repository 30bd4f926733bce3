package dev.meltemi.routing;

/// What becomes of requests for hosts that the mesh doesn't know. Not a security boundary (Istio's `sidecar.proto`).
enum OutboundPolicy {
    /// Forwarded to where the caller wanted, as `PassthroughCluster`. Istio's default.
    ALLOW_ANY,
    /// Answered with 502, as `BlackHoleCluster`.
    REGISTRY_ONLY
}
