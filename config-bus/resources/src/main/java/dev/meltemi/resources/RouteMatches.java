package dev.meltemi.resources;

import static dev.meltemi.resources.shape.Shape.choice;
import static dev.meltemi.resources.shape.Shape.list;
import static dev.meltemi.resources.shape.Shape.struct;
import static dev.meltemi.resources.shape.Shape.text;

import com.google.re2j.Pattern;
import dev.meltemi.resources.KubernetesRoute.Match;
import dev.meltemi.resources.KubernetesRoute.Path;
import dev.meltemi.resources.shape.Items;
import dev.meltemi.resources.shape.Leaf;
import dev.meltemi.resources.shape.Part;
import dev.meltemi.resources.shape.Struct;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `matches` of HTTPRoute and GRPCRoute.
final class RouteMatches {
    /// RFC 3986's pchar and `/`.
    static final String PATH_CHARACTERS = "^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$";

    private static final Leaf EXACT_OR_REGEX = choice("Exact", "RegularExpression");

    private static final Items HEADERS = list(
                    struct().field("type", EXACT_OR_REGEX)
                            .required("name", GatewayApi.HEADER_NAME)
                            .required("value", GatewayApi.HEADER_VALUE),
                    0,
                    16)
            .distinctBy("name");

    private static final Items QUERY_PARAMS = list(
                    struct().field("type", EXACT_OR_REGEX)
                            .required("name", GatewayApi.HEADER_NAME)
                            .required("value", text(1, 1024)),
                    0,
                    16)
            .distinctBy("name");

    private static final Struct PATH = struct().field("type", choice("Exact", "PathPrefix", "RegularExpression"))
            .field("value", text(0, 1024));

    static final Items HTTP = list(
            struct().field("path", PATH)
                    .field("headers", HEADERS)
                    .field("queryParams", QUERY_PARAMS)
                    .field(
                            "method",
                            choice("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")),
            0,
            64);

    private static final Struct METHOD = struct().field("type", EXACT_OR_REGEX)
            .field("service", text(0, 1024))
            .field("method", text(0, 1024));

    static final Items GRPC = list(struct().field("method", METHOD).field("headers", HEADERS), 0, 64);

    private RouteMatches() {}

    static List<Match> readHttp(Part rule) {
        List<Part> matches = rule.items("matches");
        return matches.isEmpty()
                ? List.of(new Match(Optional.of(new Path.Prefix("/")), Optional.empty(), Map.of(), Map.of()))
                : matches.stream()
                        .map(match -> new Match(
                                Optional.of(path(match.at("path"))),
                                match.someText("method"),
                                headers(match.items("headers")),
                                values(match.items("queryParams"))))
                        .toList();
    }

    /// `/abc/` is the same prefix as `/abc`.
    private static Path path(Part path) {
        String value = path.has("value") ? path.text("value") : "/";
        return switch (path.text("type")) {
            case "Exact" -> new Path.Exact(value);
            case "RegularExpression" -> new Path.Regex(value);
            default ->
                new Path.Prefix(
                        value.length() > 1 && value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
        };
    }

    static List<Match> readGrpc(Part rule) {
        return rule.items("matches").stream()
                .map(match -> new Match(
                        grpcPath(match.at("method")), Optional.empty(), headers(match.items("headers")), Map.of()))
                .toList();
    }

    /// Of a request to gRPC over HTTP/2: `/package.Service/Method`.
    private static Optional<Path> grpcPath(Part method) {
        Optional<String> service = method.someText("service");
        Optional<String> name = method.someText("method");
        if (service.isEmpty() && name.isEmpty()) {
            return Optional.empty();
        }
        if (method.text("type").equals("RegularExpression")) {
            return Optional.of(
                    new Path.Regex("/" + service.map(RouteMatches::group).orElse("[^/]+") + "/"
                            + name.map(RouteMatches::group).orElse("[^/]+")));
        }
        if (service.isEmpty()) {
            return Optional.of(new Path.Regex("/[^/]+/" + Pattern.quote(name.orElseThrow())));
        }
        String path = "/" + service.get();
        return Optional.of(
                name.<Path>map(given -> new Path.Exact(path + "/" + given)).orElseGet(() -> new Path.Prefix(path)));
    }

    private static String group(String regex) {
        return "(?:" + regex + ")";
    }

    /// Header names are compared without case; of names that are the same then, the first counts, as the API has it.
    private static Map<String, StringMatch> headers(List<Part> headers) {
        Map<String, StringMatch> matches = new LinkedHashMap<>();
        headers.forEach(header -> matches.putIfAbsent(header.text("name").toLowerCase(Locale.ROOT), value(header)));
        return Ordered.copy(matches);
    }

    private static Map<String, StringMatch> values(List<Part> named) {
        Map<String, StringMatch> matches = new LinkedHashMap<>();
        named.forEach(one -> matches.putIfAbsent(one.text("name"), value(one)));
        return Ordered.copy(matches);
    }

    private static StringMatch value(Part named) {
        return named.text("type").equals("RegularExpression")
                ? new StringMatch.Regex(named.text("value"))
                : new StringMatch.Exact(named.text("value"));
    }
}
