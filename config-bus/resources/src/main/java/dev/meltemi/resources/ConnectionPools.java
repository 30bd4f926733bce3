package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.count;
import static dev.meltemi.resources.shape.Shape.duration;
import static dev.meltemi.resources.shape.Shape.durationOrZero;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.number;
import static dev.meltemi.resources.shape.Shape.struct;

import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.List;

/// `connectionPool`, of DestinationRule and Sidecar.
final class ConnectionPools {
    static final Struct KEEPALIVE =
            struct().field("probes", count()).field("time", duration()).field("interval", duration());

    private static final Struct HTTP2_KEEPALIVE =
            struct().field("interval", duration()).field("timeout", duration());

    private static final Struct HTTP = struct().field("http1MaxPendingRequests", number())
            .field("http2MaxRequests", number())
            .field("maxRequestsPerConnection", number())
            .field("maxRetries", number())
            .field("idleTimeout", duration())
            .field("h2UpgradePolicy", choice("DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"))
            .field("useClientProtocol", flag())
            .field("maxConcurrentStreams", number())
            .field("http2KeepAlive", HTTP2_KEEPALIVE);

    private static final Struct TCP = struct().field("maxConnections", number())
            .field("connectTimeout", duration())
            .field("tcpKeepalive", KEEPALIVE)
            .field("maxConnectionDuration", duration())
            .field("idleTimeout", durationOrZero());

    static final Struct SHAPE = struct().field("tcp", TCP).field("http", HTTP);

    private ConnectionPools() {}

    static void check(Part pool, Report report) {
        if (!pool.isPresent()) {
            return;
        }
        if (!pool.has("tcp") && !pool.has("http")) {
            report.error(pool, "limits nothing: give it tcp or http");
        }
        Part http = pool.at("http");
        notNegative(pool.at("tcp"), List.of("maxConnections"), report);
        notNegative(
                http,
                List.of(
                        "http1MaxPendingRequests",
                        "http2MaxRequests",
                        "maxRequestsPerConnection",
                        "maxRetries",
                        "maxConcurrentStreams"),
                report);
        if (http.text("h2UpgradePolicy").equals("UPGRADE") && http.flag("useClientProtocol")) {
            report.error(http.at("useClientProtocol"), "contradicts h2UpgradePolicy UPGRADE");
        }
        Part keepAlive = http.at("http2KeepAlive");
        if (keepAlive.isPresent() && !(keepAlive.has("interval") && keepAlive.has("timeout"))) {
            report.error(keepAlive, "needs both interval and timeout");
        }
    }

    private static void notNegative(Part part, List<String> fields, Report report) {
        for (String field : fields) {
            if (part.whole(field) < 0) {
                report.error(part.at(field), part.whole(field) + ": expected 0 or more");
            }
        }
    }
}
