package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.flag;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.port;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;
import static dev.meltemi.resources.shape.Shape.whole;

import dev.meltemi.resources.shape.Items;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// `filters` of HTTPRoute and GRPCRoute, of a rule or of one backend.
final class RouteFilters {
    /// In seconds; what the CRD fills in.
    private static final int MAX_AGE = 5;

    private static final Items HEADERS = list(
                    struct().required("name", GatewayApi.HEADER_NAME).required("value", GatewayApi.HEADER_VALUE), 0, 16)
            .distinctBy("name");

    private static final Struct HEADER_MODIFIER = struct().field("set", HEADERS)
            .field("add", HEADERS)
            .field("remove", list(text(), 0, 16).distinct());

    private static final Struct MIRROR = struct().required("backendRef", GatewayApi.PORT_REFERENCE)
            .field("percent", whole(0, 100))
            .field(
                    "fraction",
                    struct().required("numerator", whole(0, Integer.MAX_VALUE))
                            .field("denominator", whole(1, Integer.MAX_VALUE)))
            .atMostOne("percent", "fraction");

    private static final Struct EXTERNAL_AUTH = struct().required("protocol", choice("HTTP", "GRPC"))
            .required("backendRef", GatewayApi.PORT_REFERENCE)
            .field(
                    "http",
                    struct().field(
                                    "path",
                                    GatewayApi.matching(
                                            0,
                                            1024,
                                            RouteMatches.PATH_CHARACTERS,
                                            "a path: letters, digits and -/._~!$&'()*+,;=:@, others as %XX"))
                            .field("allowedHeaders", list(text(), 0, 64).distinct())
                            .field("allowedResponseHeaders", list(text(), 0, 64).distinct()))
            .field("grpc", struct().field("allowedHeaders", list(text(), 0, 64).distinct()))
            .field("forwardBody", struct().field("maxSize", whole(0, Integer.MAX_VALUE)));

    private static final Struct PATH = struct().required("type", choice("ReplaceFullPath", "ReplacePrefixMatch"))
            .field("replaceFullPath", text(0, 1024))
            .field("replacePrefixMatch", text(0, 1024));

    private static final Struct REDIRECT = struct().field("scheme", choice("http", "https"))
            .field("hostname", GatewayApi.PRECISE_HOSTNAME)
            .field("path", PATH)
            .field("port", port())
            .field("statusCode", whole(301, 308));

    private static final Struct REWRITE =
            struct().field("hostname", GatewayApi.PRECISE_HOSTNAME).field("path", PATH);

    private static final Struct CORS = struct().field(
                    "allowOrigins",
                    list(
                                    GatewayApi.matching(
                                            1,
                                            253,
                                            "(^\\*$)|(^(http(s)?):\\/\\/(((\\*\\.)?([a-zA-Z0-9\\-]+\\.)*[a-zA-Z0-9-]+|\\*)"
                                                + "(:([0-9]{1,5}))?)$)",
                                            "\"*\" or an origin such as https://example.com, https://*.example.com or "
                                                    + "http://example.com:8080"),
                                    0,
                                    64)
                            .distinct())
            .field(
                    "allowMethods",
                    list(
                                    choice(
                                            "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE",
                                            "PATCH", "*"),
                                    0,
                                    9)
                            .distinct())
            .field("allowHeaders", list(GatewayApi.HEADER_NAME, 0, 64).distinct())
            .field("exposeHeaders", list(GatewayApi.HEADER_NAME, 0, 64).distinct())
            .field("maxAge", whole(1, Integer.MAX_VALUE))
            .field("allowCredentials", flag());

    private static final Struct COMMON = struct().field("requestHeaderModifier", HEADER_MODIFIER)
            .field("responseHeaderModifier", HEADER_MODIFIER)
            .field("requestMirror", MIRROR)
            .notYet(
                    "extensionRef",
                    GatewayApi.LOCAL_REFERENCE,
                    "the mesh has no filters of its own to refer to: the rule answers 500, leave the filter out");

    static final Items GRPC = list(
            COMMON.required(
                    "type", choice("RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "ExtensionRef")),
            0,
            16);

    private static final Struct HTTP_FILTER = COMMON.required(
                    "type",
                    choice(
                            "RequestHeaderModifier",
                            "ResponseHeaderModifier",
                            "RequestMirror",
                            "RequestRedirect",
                            "URLRewrite",
                            "ExtensionRef",
                            "CORS",
                            "ExternalAuth"))
            .field("requestRedirect", REDIRECT)
            .field("urlRewrite", REWRITE)
            .notYet(
                    "externalAuth",
                    EXTERNAL_AUTH,
                    "a route asks nobody for permission: the rule answers 500, use an AuthorizationPolicy");

    static final Items HTTP = list(HTTP_FILTER.field("cors", CORS), 0, 16);

    static final Items HTTP_OF_BACKEND = list(
            HTTP_FILTER.notYet(
                    "cors",
                    CORS,
                    "a preflight is answered before a backend is chosen: its share answers 500, move the"
                            + " filter to the rule"),
            0,
            16);

    private RouteFilters() {}

    /// @param holder of `filters`: a rule or a backend
    static List<RouteFilter> read(Part holder, String namespace) {
        return holder.items("filters").stream()
                .map(filter -> readOne(filter, namespace))
                .toList();
    }

    private static RouteFilter readOne(Part filter, String namespace) {
        return switch (filter.text("type")) {
            case "RequestHeaderModifier" -> {
                Part edits = filter.at("requestHeaderModifier");
                yield new RouteFilter.RequestHeaders(
                        headers(edits.items("set")), headers(edits.items("add")), removable(edits));
            }
            case "ResponseHeaderModifier" -> {
                Part edits = filter.at("responseHeaderModifier");
                yield new RouteFilter.ResponseHeaders(
                        headers(edits.items("set")), headers(edits.items("add")), removable(edits));
            }
            case "RequestMirror" -> mirror(filter.at("requestMirror"), namespace);
            case "RequestRedirect" -> redirect(filter.at("requestRedirect"));
            case "URLRewrite" ->
                new RouteFilter.Rewrite(
                        filter.at("urlRewrite").someText("hostname"),
                        path(filter.at("urlRewrite").at("path")));
            case "CORS" -> new RouteFilter.Cors(cors(filter.at("cors")));
            case String other -> new RouteFilter.Unsupported(other);
        };
    }

    /// Of names that differ in case only, the first counts, as the API has it.
    private static Map<String, String> headers(List<Part> headers) {
        var seen = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        Map<String, String> values = new LinkedHashMap<>();
        for (Part header : headers) {
            if (seen.add(header.text("name"))) {
                values.put(header.text("name"), header.text("value"));
            }
        }
        return Ordered.copy(values);
    }

    /// What {@link RouteFiltersCheck} doesn't say to be without effect.
    private static List<String> removable(Part edits) {
        return edits.texts("remove").stream().filter(RouteFilters::isRemovable).toList();
    }

    /// The host is no header to take away, and what is no name names none.
    static boolean isRemovable(String header) {
        return HeaderSyntax.isToken(header) && !header.equalsIgnoreCase("host");
    }

    private static RouteFilter mirror(Part mirror, String namespace) {
        Part fraction = mirror.at("fraction");
        double percent = 100;
        if (mirror.has("percent")) {
            percent = mirror.whole("percent");
        } else if (fraction.isPresent()) {
            double denominator = fraction.has("denominator") ? fraction.whole("denominator") : 100;
            percent = 100 * fraction.whole("numerator") / denominator;
        }
        return new RouteFilter.Mirror(RouteShape.backend(mirror.at("backendRef"), namespace), percent);
    }

    private static RouteFilter redirect(Part redirect) {
        return new RouteFilter.Redirect(
                redirect.someText("scheme"),
                redirect.someText("hostname"),
                path(redirect.at("path")),
                redirect.someInt("port"),
                redirect.has("statusCode") ? (int) redirect.whole("statusCode") : 302);
    }

    private static Optional<RouteFilter.Path> path(Part path) {
        return switch (path.text("type")) {
            case "ReplaceFullPath" -> Optional.of(new RouteFilter.Path.ReplaceFull(path.text("replaceFullPath")));
            case "ReplacePrefixMatch" ->
                Optional.of(new RouteFilter.Path.ReplacePrefix(path.text("replacePrefixMatch")));
            default -> Optional.empty();
        };
    }

    private static CorsPolicy cors(Part cors) {
        return new CorsPolicy(
                cors.texts("allowOrigins").stream().map(RouteFilters::origin).toList(),
                cors.texts("allowMethods"),
                cors.texts("allowHeaders"),
                cors.texts("exposeHeaders"),
                Optional.of(Duration.ofSeconds(cors.has("maxAge") ? cors.whole("maxAge") : MAX_AGE)),
                cors.flag("allowCredentials"),
                false);
    }

    /// A `*` stands for any number of labels. Browsers write an origin in lower case, without its scheme's own port
    /// (RFC 6454 section 6.2).
    private static StringMatch origin(String origin) {
        if (origin.equals("*")) {
            return new StringMatch.Present();
        }
        String lower = origin.toLowerCase(Locale.ROOT);
        String ownPort = lower.startsWith("https:") ? ":443" : ":80";
        if (lower.endsWith(ownPort)) {
            lower = lower.substring(0, lower.length() - ownPort.length());
        }
        int star = lower.indexOf('*');
        if (star < 0) {
            return new StringMatch.Exact(lower);
        }
        String before = lower.substring(0, star);
        String after = lower.substring(star + 1);
        return new StringMatch.Regex(before + "[^/:]+" + after.replace(".", "\\."));
    }
}
