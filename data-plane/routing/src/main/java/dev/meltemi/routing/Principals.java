package dev.meltemi.routing;

/// The names that both sides of a connection with mesh mTLS have proven, as Istio's labels have them:
/// `spiffe://cluster.local/ns/default/sa/reviews`.
public record Principals(String source, String destination) {}
