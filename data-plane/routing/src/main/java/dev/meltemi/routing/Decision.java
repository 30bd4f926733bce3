package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;

/// What becomes of a request.
public sealed interface Decision {
    /// Made when the table is built, one for each destination of a route.
    ///
    /// @param requestEdits of the rule and of the destination, merged in the order in which they apply
    record Forward(Route route, Cluster cluster, HeaderEdits requestEdits, HeaderEdits responseEdits)
            implements Decision {}

    /// @param service that the caller addressed
    /// @param location ready to send
    /// @param responseEdits of the rule
    record Redirect(Route route, Edge.Service service, int status, String location, HeaderEdits responseEdits)
            implements Decision {}

    /// @param service that the caller addressed
    /// @param responseEdits of the rule
    @SuppressWarnings("ArrayRecordComponent") // never written to
    record Respond(Route route, Edge.Service service, int status, byte[] body, HeaderEdits responseEdits)
            implements Decision {}

    /// @param route {@link Route#NONE} when none matched
    record Refuse(ProxyFailure failure, Route route, Edge.Service service) implements Decision {
        public Refuse(ProxyFailure failure) {
            this(failure, Route.NONE, Edge.Service.UNKNOWN);
        }
    }
}
