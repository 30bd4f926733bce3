package dev.meltemi.resources;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Who may call from a browser that shows another site's page. The proxy answers preflights by it.
///
/// @param allowOrigins any one is enough
/// @param maxAge whole seconds
/// @param forwardUnmatchedPreflights a preflight from an origin that doesn't match goes to the service
public record CorsPolicy(
        List<StringMatch> allowOrigins,
        List<String> allowMethods,
        List<String> allowHeaders,
        List<String> exposeHeaders,
        Optional<Duration> maxAge,
        boolean allowCredentials,
        boolean forwardUnmatchedPreflights) {
    public CorsPolicy {
        allowOrigins = List.copyOf(allowOrigins);
        allowMethods = List.copyOf(allowMethods);
        allowHeaders = List.copyOf(allowHeaders);
        exposeHeaders = List.copyOf(exposeHeaders);
    }
}
