package dev.meltemi.routing;

import org.jspecify.annotations.Nullable;

/// The head of a request as routing sees it. The proxy's exchange implements it, so that a decision allocates nothing.
public interface RequestHead {
    String method();

    /// Path with query, as received and normalised.
    String path();

    /// Host or authority, port included when the caller gave one.
    String authority();

    /// `http` or `https`.
    String scheme();

    /// The value of a header, by name without regard to case; several lines joined by commas as Envoy compares them
    /// (RFC 9110, 5.3), null when absent.
    @Nullable
    String header(String name);

    /// The port that the caller addressed: of a gateway's server, or the original destination's where connections are
    /// intercepted. 0 in explicit mode: the authority names it.
    int listenerPort();
}
