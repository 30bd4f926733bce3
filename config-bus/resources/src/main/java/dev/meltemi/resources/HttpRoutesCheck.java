package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;

/// What makes an HTTPRoute or a GRPCRoute valid.
final class HttpRoutesCheck {
    private HttpRoutesCheck() {}

    static void checkHttp(Part spec, Metadata metadata, Report report) {
        RouteCheck.check(spec, metadata, report);
        for (Part rule : spec.items("rules")) {
            rule.items("matches").forEach(match -> RouteMatchesCheck.checkHttp(match, report));
        }
    }

    static void checkGrpc(Part spec, Metadata metadata, Report report) {
        RouteCheck.check(spec, metadata, report);
        for (Part rule : spec.items("rules")) {
            rule.items("matches").forEach(match -> RouteMatchesCheck.checkGrpc(match, report));
        }
    }
}
