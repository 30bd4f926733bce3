package dev.meltemi.export;

import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.Edge.Reporter;
import dev.meltemi.schemas.access.WorkloadLabels;
import java.util.Map;

/// Requests from productpage to reviews.
final class Entries {
    private Entries() {}

    static Edge edge(Reporter reporter, String caller, String endpoint) {
        return new Edge(
                reporter,
                WorkloadLabels.of(caller, "default", Map.of("app", "productpage", "version", "v1"), "Kubernetes"),
                WorkloadLabels.of("reviews-v2", "default", Map.of("app", "reviews", "version", "v2"), "Kubernetes"),
                new Edge.Service("reviews.default.svc.cluster.local", "reviews", "default"),
                new Edge.Way("", "default", "outbound|9080||reviews", endpoint, "http", "none"),
                Revision.NONE);
    }

    /// Of gRPC.
    static AccessEntry call(Edge edge, long asked, long answered) {
        AccessEntry like = entry(edge, 200, 1, 1, 1);
        return new AccessEntry(
                edge,
                0,
                1,
                1,
                like.method(),
                like.path(),
                like.authority(),
                "HTTP/2",
                200,
                "-",
                like.responseCodeDetails(),
                1,
                1,
                1,
                "",
                "",
                "",
                null,
                "",
                null,
                "",
                "",
                "0",
                asked,
                answered);
    }

    static AccessEntry entry(Edge edge, int code, long micros, long requestBytes, long responseBytes) {
        return new AccessEntry(
                edge,
                0,
                micros,
                micros,
                "GET",
                "/",
                "reviews:9080",
                "HTTP/1.1",
                code,
                "-",
                "via_upstream",
                requestBytes,
                responseBytes,
                1,
                "",
                "",
                "",
                null,
                "",
                null,
                "",
                "");
    }
}
