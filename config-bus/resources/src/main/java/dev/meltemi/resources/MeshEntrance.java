package dev.meltemi.resources;

/// What is made of requests before anybody judges them.
///
/// @param pathNormalization Istio's word, empty when nothing is said
/// @param escapedSlashes Envoy's word for what becomes of `%2F` and `%5C` in paths
/// @param trustedProxies in front of gateways, whose X-Forwarded-For is believed
/// @param forwardedCertificate Istio's word for what gateways do with X-Forwarded-Client-Cert, empty when nothing is
/// said
public record MeshEntrance(
        String pathNormalization, String escapedSlashes, int trustedProxies, String forwardedCertificate) {}
