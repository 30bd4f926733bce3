package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.count;
import static dev.meltemi.resources.shape.Shape.decimal;
import static dev.meltemi.resources.shape.Shape.duration;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.number;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.table;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.shape.Struct;
import java.util.Base64;

/// `networking.istio.io` VirtualService, read downward.
final class VirtualServiceShape {
    /// Numbers below 0.0001 that aren't 0 are refused by {@link HttpRouteCheck}.
    private static final Struct PERCENTAGE = struct().field("value", decimal(0, 100));

    static final Struct DESTINATION = struct().required("host", text())
            .field("subset", text())
            .field("port", struct().required("number", port()));

    private static final Struct HEADER_EDITS =
            struct().field("set", table(text())).field("add", table(text())).field("remove", list(text()));

    private static final Struct HEADERS =
            struct().field("request", HEADER_EDITS).field("response", HEADER_EDITS);

    private static final Struct HTTP_MATCH = struct().field("name", text())
            .field("uri", StringMatches.SHAPE)
            .field("ignoreUriCase", flag())
            .field("scheme", StringMatches.SHAPE)
            .field("method", StringMatches.SHAPE)
            .field("authority", StringMatches.SHAPE)
            .field("headers", table(StringMatches.SHAPE))
            .field("withoutHeaders", table(StringMatches.SHAPE))
            .field("queryParams", table(StringMatches.SHAPE))
            .field("port", whole(0, 65_535))
            .field("sourceLabels", table(text()))
            .field("sourceNamespace", text())
            .field("gateways", list(text()))
            .notYet("statPrefix", text(), "metrics carry the route's name: give it one with http[].name");

    private static final Struct WEIGHTED = struct().required("destination", DESTINATION)
            .field("weight", whole(0, Integer.MAX_VALUE))
            .field("headers", HEADERS);

    private static final Struct REDIRECT = struct().field("uri", text())
            .field("prefixRewrite", text())
            .field("authority", text())
            .field("scheme", text())
            .field("port", count())
            .field("derivePort", choice("FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"))
            .field("redirectCode", count())
            .atMostOne("port", "derivePort");

    private static final Struct DIRECT_RESPONSE = struct().required("status", count())
            .field(
                    "body",
                    struct().field("string", text())
                            .field("bytes", text(VirtualServiceShape::isBase64, "bytes in Base64"))
                            .atMostOne("string", "bytes"));

    private static final Struct REWRITE = struct().field("uri", text())
            .field("authority", text())
            .field("uriRegexRewrite", struct().field("match", text()).field("rewrite", text()));

    static final Struct RETRIES = struct().field("attempts", number())
            .field("perTryTimeout", duration())
            .field("retryOn", text())
            .field("backoff", duration())
            .notYet(
                    "retryRemoteLocalities",
                    flag(),
                    "a retry chooses, as its first try did, among the nearest localities of which enough is well")
            .field("retryIgnorePreviousHosts", flag());

    private static final Struct FAULT = struct().field(
                    "delay",
                    struct().field("percentage", PERCENTAGE)
                            .field("percent", whole(0, 100))
                            .field("fixedDelay", duration())
                            .refused("exponentialDelay", "use fixedDelay")
                            .atMostOne("fixedDelay", "exponentialDelay"))
            .field(
                    "abort",
                    struct().field("percentage", PERCENTAGE)
                            .field("httpStatus", number())
                            .field("grpcStatus", text())
                            .refused("http2Error", "use httpStatus")
                            .atMostOne("httpStatus", "grpcStatus", "http2Error"));

    private static final Struct CORS = struct().field("allowOrigins", list(StringMatches.SHAPE))
            .field("allowOrigin", list(text()))
            .field("allowMethods", list(text()))
            .field("allowHeaders", list(text()))
            .field("exposeHeaders", list(text()))
            .field("maxAge", duration())
            .field("allowCredentials", flag())
            .field("unmatchedPreflights", choice("UNSPECIFIED", "FORWARD", "IGNORE"));

    private static final Struct HTTP = struct().field("name", text())
            .field("match", list(HTTP_MATCH))
            .field("route", list(WEIGHTED))
            .field("redirect", REDIRECT)
            .field("directResponse", DIRECT_RESPONSE)
            .field("delegate", struct().field("name", text()).field("namespace", text()))
            .field("rewrite", REWRITE)
            .field("timeout", duration())
            .field("retries", RETRIES)
            .field("fault", FAULT)
            .field("mirror", DESTINATION)
            .field("mirrors", list(struct().required("destination", DESTINATION).field("percentage", PERCENTAGE)))
            .field("mirrorPercentage", PERCENTAGE)
            .field("mirrorPercent", whole(0, 100))
            .field("mirror_percent", whole(0, 100))
            .field("corsPolicy", CORS)
            .field("headers", HEADERS);

    private static final Struct TCP_MATCH = struct().field("destinationSubnets", list(text()))
            .field("port", count())
            .field("sourceLabels", table(text()))
            .field("sourceNamespace", text())
            .field("gateways", list(text()));

    private static final Struct TCP_ROUTE =
            struct().required("destination", DESTINATION).field("weight", whole(0, Integer.MAX_VALUE));

    static final Struct SPEC = struct().field("hosts", list(text()))
            .field("gateways", list(text()))
            .field("exportTo", list(text()))
            .field("http", list(HTTP))
            .field(
                    "tls",
                    list(struct().required("match", list(TCP_MATCH.required("sniHosts", list(text()))))
                            .field("route", list(TCP_ROUTE))))
            .field(
                    "tcp",
                    list(struct().field(
                                    "match",
                                    list(TCP_MATCH.notYet(
                                            "sourceSubnet",
                                            text(),
                                            "Istio never looks at it: use sourceLabels or sourceNamespace")))
                            .field("route", list(TCP_ROUTE))));

    private VirtualServiceShape() {}

    private static boolean isBase64(String text) {
        try {
            return text.isEmpty() || Base64.getDecoder().decode(text).length > 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
