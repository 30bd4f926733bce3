package dev.meltemi.routing;

import org.jspecify.annotations.Nullable;

/// What is known of a connection when it has to be decided: after the TLS client's hello, if there is one, and once a
/// port that doesn't say what it speaks has turned out not to speak HTTP.
///
/// @param sni server name of the client's hello in any case; null: none, or no TLS
/// @param destination IP address that the caller asked for, or the service's name where the proxy knows it by
///     itself; null: unknown, as at a gateway
/// @param port that the caller asked for; of a gateway, its server's
/// @param tls whether the client began with a TLS hello
public record ConnectionHead(@Nullable String sni, @Nullable String destination, int port, boolean tls) {}
