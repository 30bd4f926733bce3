package dev.meltemi.routing;

/// Is told what a table does while it decides. The way is the same with and without one, so that what it notes is what
/// happened.
interface Tracer {
    /// The routes for the host and port of a request, before they are tried in their order.
    void found(RouteList routes);

    /// @param failed the first predicate that didn't hold, counted from 0; {@link RouteRule#NONE} when the rule matched
    void tried(RouteRule rule, int failed);
}
