package dev.meltemi.proxy;

import dev.meltemi.schemas.access.Edge;

/// What has happened to a connection that is carried whole since it was last told of.
///
/// @param flags Envoy's, `-` while it lasts
/// @param opened 1 or 0
/// @param closed 1 or 0
/// @param received octets from the caller
/// @param sent octets to the caller
public record ConnectionCount(Edge edge, String flags, int opened, int closed, long received, long sent) {}
