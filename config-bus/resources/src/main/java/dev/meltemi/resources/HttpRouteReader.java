package dev.meltemi.resources;

import dev.meltemi.resources.HeaderOperations.Edits;
import dev.meltemi.resources.HttpRoute.Delegate;
import dev.meltemi.resources.HttpRoute.Mirror;
import dev.meltemi.resources.HttpRoute.RetryPolicy;
import dev.meltemi.resources.HttpRoute.Rewrite;
import dev.meltemi.resources.HttpRoute.WeightedDestination;
import dev.meltemi.resources.shape.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/// Reads one valid `http` rule.
final class HttpRouteReader {
    private static final double EVERY_REQUEST = 100;

    private HttpRouteReader() {}

    static HttpRoute read(Part http) {
        return new HttpRoute(
                http.text("name"),
                http.items("match").stream().map(HttpRouteReader::match).toList(),
                destinations(http.items("route")),
                present(http, "redirect").map(HttpRouteReader::redirect),
                present(http, "directResponse").map(HttpRouteReader::directResponse),
                present(http, "rewrite").map(HttpRouteReader::rewrite),
                http.duration("timeout"),
                present(http, "retries").map(HttpRouteReader::retries),
                present(http, "fault").map(HttpRouteReader::fault),
                present(http, "corsPolicy").map(CorsReader::read),
                present(http, "delegate").map(HttpRouteReader::delegate),
                present(http, "mirror").map(HttpRouteReader::destination),
                mirrorPercent(http),
                mirrors(http),
                headers(http.at("headers")));
    }

    private static Optional<Part> present(Part part, String field) {
        return Optional.of(part.at(field)).filter(Part::isPresent);
    }

    private static HttpMatch match(Part match) {
        return new HttpMatch(
                match.text("name"),
                StringMatches.read(match.at("uri")),
                match.flag("ignoreUriCase"),
                StringMatches.read(match.at("scheme")),
                StringMatches.read(match.at("method")),
                StringMatches.read(match.at("authority")),
                StringMatches.readTable(match.at("headers")),
                StringMatches.readTable(match.at("withoutHeaders")),
                StringMatches.readTable(match.at("queryParams")),
                somePort(match),
                match.textTable("sourceLabels"),
                match.someText("sourceNamespace"),
                match.texts("gateways"),
                match.text("statPrefix"));
    }

    /// Empty for 0 too, which means any.
    static OptionalInt somePort(Part part) {
        return part.whole("port") == 0 ? OptionalInt.empty() : part.someInt("port");
    }

    private static List<WeightedDestination> destinations(List<Part> routes) {
        boolean alone = routes.size() == 1;
        return routes.stream()
                .map(route -> new WeightedDestination(
                        destination(route.at("destination")),
                        alone ? 100 : (int) route.whole("weight"),
                        headers(route.at("headers"))))
                .toList();
    }

    static Destination destination(Part destination) {
        return new Destination(
                destination.text("host"),
                destination.someText("subset"),
                destination.at("port").someInt("number"));
    }

    private static HeaderOperations headers(Part headers) {
        return headers.isEmpty()
                ? HeaderOperations.NONE
                : new HeaderOperations(edits(headers.at("request")), edits(headers.at("response")));
    }

    private static Edits edits(Part edits) {
        return edits.isEmpty()
                ? Edits.NONE
                : new Edits(edits.textTable("set"), edits.textTable("add"), edits.texts("remove"));
    }

    private static Redirect redirect(Part redirect) {
        int code = redirect.whole("redirectCode") == 0 ? 301 : (int) redirect.whole("redirectCode");
        return new Redirect(
                code,
                redirect.someText("uri"),
                redirect.someText("prefixRewrite"),
                redirect.someText("authority"),
                redirect.someText("scheme"),
                somePort(redirect),
                redirect.text("derivePort").equals("FROM_REQUEST_PORT"));
    }

    private static DirectResponse directResponse(Part response) {
        Part body = response.at("body");
        byte[] bytes = body.has("bytes")
                ? Base64.getDecoder().decode(body.text("bytes"))
                : body.text("string").getBytes(StandardCharsets.UTF_8);
        return new DirectResponse((int) response.whole("status"), bytes);
    }

    private static Rewrite rewrite(Part rewrite) {
        Part regex = rewrite.at("uriRegexRewrite");
        return new Rewrite(
                rewrite.someText("uri"),
                rewrite.someText("authority"),
                regex.someText("match"),
                regex.someText("rewrite"));
    }

    static RetryPolicy retries(Part retries) {
        List<String> conditions = new ArrayList<>();
        List<Integer> statuses = new ArrayList<>();
        retries.someText("retryOn").ifPresent(retryOn -> {
            for (String condition : retryOn.split(",", -1)) {
                if (ResilienceCheck.isStatus(condition)) {
                    statuses.add(Integer.valueOf(condition));
                } else {
                    conditions.add(condition);
                }
            }
        });
        if (!statuses.isEmpty() && !conditions.contains("retriable-status-codes")) {
            conditions.add("retriable-status-codes"); // as Istio does, so that the statuses count
        }
        return new RetryPolicy(
                (int) retries.whole("attempts"),
                retries.duration("perTryTimeout"),
                conditions,
                statuses,
                retries.duration("backoff"),
                present(retries, "retryRemoteLocalities").map(flag -> retries.flag("retryRemoteLocalities")),
                present(retries, "retryIgnorePreviousHosts").map(flag -> retries.flag("retryIgnorePreviousHosts")));
    }

    private static Fault fault(Part fault) {
        Part delay = fault.at("delay");
        Part abort = fault.at("abort");
        return new Fault(
                delay.duration("fixedDelay").map(fixed -> new Fault.Delay(delayPercent(delay), fixed)),
                abort.isPresent()
                        ? Optional.of(new Fault.Abort(
                                abort.at("percentage").decimal("value"),
                                abort.someInt("httpStatus"),
                                abort.someText("grpcStatus")))
                        : Optional.empty());
    }

    private static double delayPercent(Part delay) {
        return delay.has("percentage") ? delay.at("percentage").decimal("value") : delay.decimal("percent");
    }

    private static Delegate delegate(Part delegate) {
        return new Delegate(delegate.text("name"), delegate.someText("namespace"));
    }

    /// The newest of three ways to say it.
    private static OptionalDouble mirrorPercent(Part http) {
        if (http.has("mirrorPercentage")) {
            return OptionalDouble.of(http.at("mirrorPercentage").decimal("value"));
        }
        for (String deprecated : List.of("mirrorPercent", "mirror_percent")) {
            if (http.has(deprecated)) {
                return OptionalDouble.of(http.decimal(deprecated));
            }
        }
        return OptionalDouble.empty();
    }

    private static List<Mirror> mirrors(Part http) {
        return http.items("mirrors").stream()
                .map(mirror -> new Mirror(
                        destination(mirror.at("destination")),
                        mirror.has("percentage") ? mirror.at("percentage").decimal("value") : EVERY_REQUEST))
                .toList();
    }
}
