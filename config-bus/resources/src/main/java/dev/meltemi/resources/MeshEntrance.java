package dev.meltemi.resources;

/// What is made of requests before anybody judges them.
///
/// @param pathNormalization Istio's word, empty when nothing is said
/// @param trustedProxies in front of gateways, whose X-Forwarded-For is believed
/// @param forwardedCertificate Istio's word for what gateways do with X-Forwarded-Client-Cert, empty when nothing is
/// said
public record MeshEntrance(String pathNormalization, int trustedProxies, String forwardedCertificate) {}
