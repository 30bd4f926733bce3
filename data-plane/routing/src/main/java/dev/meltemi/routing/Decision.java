package dev.meltemi.routing;

/// What becomes of a request.
public sealed interface Decision {
    /// Made when the table is built, one for each destination of a route.
    ///
    /// @param requestEdits of the rule and of the destination, merged in the order in which they apply
    record Forward(Route route, Cluster cluster, HeaderEdits requestEdits, HeaderEdits responseEdits)
            implements Decision {}

    /// @param location ready to send
    record Redirect(Route route, int status, String location) implements Decision {}

    @SuppressWarnings("ArrayRecordComponent") // never written to
    record Respond(Route route, int status, byte[] body) implements Decision {}

    record Refuse(ProxyFailure failure) implements Decision {}
}
