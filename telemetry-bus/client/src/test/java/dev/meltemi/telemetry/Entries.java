package dev.meltemi.telemetry;

import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.access.AccessEntry;
import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import java.util.Map;

/// Entries as a sidecar of bookinfo makes them.
final class Entries {
    static final Edge EDGE = new Edge(
            Edge.Reporter.source,
            WorkloadLabels.of("productpage-v1", "default", Map.of("app", "productpage", "version", "v1"), "Kubernetes"),
            WorkloadLabels.of("reviews-v2", "default", Map.of("app", "reviews", "version", "v2"), "Kubernetes"),
            new Edge.Service("reviews.default.svc.cluster.local", "reviews", "default"),
            new Edge.Way(
                    "VirtualService/default/reviews",
                    "default",
                    "outbound|9080|v2|reviews.default.svc.cluster.local",
                    "127.0.13.2:9080",
                    "http",
                    "unknown"),
            new Revision("AAAAAAAAAAAAAAAAAAAAAQ", 1842, 77));

    private Entries() {}

    static AccessEntry path(String path) {
        return new AccessEntry(
                EDGE,
                1_795_262_400_123_456L,
                2_345,
                1_987,
                "GET",
                path,
                "reviews:9080",
                "HTTP/1.1",
                200,
                "-",
                "via_upstream",
                412,
                709,
                1,
                "",
                "4bf92f3577b34da6a3ce929d0e0e4736",
                "00f067aa0ba902b7",
                null,
                "e2a5a6ee-3f2a-9c7e-b7d4-0a4e7f7f5b11",
                "curl/8.5",
                "127.0.11.2:51234",
                "127.0.13.2:9080");
    }
}
