package dev.meltemi.routecompiler;

import dev.meltemi.schemas.Revision;
import java.util.Optional;

/// What the route-compiler says of itself, for endpoints and tests.
///
/// @param active false: stands by while another process has the role, or reads what it has to know
/// @param revision of the newest cut
/// @param cuts since this process started, as `records` (those changed by cuts) and `refused` (inputs that couldn't be
///     read or compiled)
/// @param alarm why nothing is published any more, and what to do
public record RouteCompilerHealth(
        boolean active,
        Revision revision,
        long cuts,
        long records,
        long refused,
        int routes,
        int gateways,
        int endpoints,
        Optional<String> alarm) {
    static final RouteCompilerHealth STANDBY =
            new RouteCompilerHealth(false, Revision.NONE, 0, 0, 0, 0, 0, 0, Optional.empty());

    RouteCompilerHealth refusing(int more) {
        return new RouteCompilerHealth(
                active, revision, cuts, records, refused + more, routes, gateways, endpoints, alarm);
    }

    RouteCompilerHealth standingBy() {
        return new RouteCompilerHealth(false, revision, cuts, records, refused, routes, gateways, endpoints, alarm);
    }

    RouteCompilerHealth alarmed(Optional<String> why) {
        return new RouteCompilerHealth(false, revision, cuts, records, refused, routes, gateways, endpoints, why);
    }
}
