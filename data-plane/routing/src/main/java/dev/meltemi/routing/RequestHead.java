package dev.meltemi.routing;

import java.util.Iterator;
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

    /// The first value of a header, by name without regard to case.
    @Nullable
    String header(String name);

    /// All values of a header.
    Iterator<String> headers(String name);

    /// The port of the listener that took the request; outbound in explicit mode the port that the authority names is
    /// what counts.
    int listenerPort();
}
