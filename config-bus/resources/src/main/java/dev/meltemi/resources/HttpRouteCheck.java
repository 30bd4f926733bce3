package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What makes one `http` rule valid: what it does and what may stand beside that. Its conditions are
/// {@link HttpMatchCheck}'s, its faults and retries {@link ResilienceCheck}'s.
final class HttpRouteCheck {
    private static final int LARGE_BODY = 100 * 1024;
    private static final int MAX_BODY = 1024 * 1024;

    /// Istio allows 0 or at least this, as Envoy counts in millionths.
    private static final double LEAST_PERCENT = 0.0001;

    private static final Set<Long> SENT = Set.of(301L, 302L, 303L, 307L, 308L);

    private HttpRouteCheck() {}

    /// @param mesh whether the document is for sidecars (too)
    /// @param delegate whether the document is a delegate
    static void check(Part http, boolean mesh, boolean delegate, Report report) {
        checkAction(http, delegate, report);
        http.items("match").forEach(match -> HttpMatchCheck.check(match, mesh, report));
        checkRedirect(http, report);
        checkDirectResponse(http.at("directResponse"), report);
        checkRewrite(http.at("rewrite"), report);
        checkDestinations(http, report);
        checkHeaders(http.at("headers"), report);
        checkOneAuthority(http, report);
        checkMirrors(http, report);
        ResilienceCheck.checkRetries(http.at("retries"), report);
        ResilienceCheck.checkFault(http.at("fault"), report);
        CorsCheck.check(http.at("corsPolicy"), report);
    }

    private static void checkAction(Part http, boolean delegate, Report report) {
        boolean routes = !http.at("route").isEmpty();
        boolean redirects = http.has("redirect");
        boolean responds = http.has("directResponse");
        if (http.has("delegate")) {
            refuseBeside(http, "delegate", List.of("route", "redirect"), report);
            if (delegate) {
                report.error(http.at("delegate"), "a delegate can't delegate again");
            }
            return;
        }
        if (!routes && !redirects && !responds) {
            report.error(http, "does nothing: give it route, redirect or directResponse");
        }
        if (redirects) {
            refuseBeside(http, "redirect", List.of("route", "fault", "rewrite", "directResponse"), report);
        } else if (responds) {
            refuseBeside(http, "directResponse", List.of("route", "fault", "rewrite"), report);
        }
    }

    private static void refuseBeside(Part http, String what, List<String> others, Report report) {
        for (String other : others) {
            if (http.has(other) && !(other.equals("route") && http.at(other).isEmpty())) {
                report.error(http.at(what), "can't stand beside " + other);
            }
        }
    }

    private static void checkRedirect(Part http, Report report) {
        Part redirect = http.at("redirect");
        if (!redirect.isPresent()) {
            return;
        }
        boolean says = redirect.has("port") || redirect.has("derivePort");
        for (String field : List.of("uri", "prefixRewrite", "authority", "scheme")) {
            says |= !redirect.text(field).isEmpty();
        }
        if (!says) {
            report.error(redirect, "says nothing of where to go", "give it uri, authority, scheme or port");
        }
        long code = redirect.whole("redirectCode");
        if (code != 0 && (code < 300 || code > 399)) {
            report.error(redirect.at("redirectCode"), code + " is no redirect: expected 300 to 399");
        } else if (!canBeSent(http)) {
            report.notInForce(
                    redirect.at("redirectCode"),
                    "this rule is left out: " + code + " sends nobody elsewhere, use 301, 302, 303, 307 or 308");
        }
        String scheme = redirect.text("scheme");
        if (!scheme.isEmpty() && !scheme.equals("http") && !scheme.equals("https")) {
            report.error(redirect.at("scheme"), "\"" + scheme + "\": expected http or https");
        }
        if (redirect.whole("port") > 65_535) {
            report.error(redirect.at("port"), "expected a port up to 65535");
        }
        checkPrefixRewrite(http, redirect, report);
    }

    /// Istio takes any 3xx, and makes a rule without action of what it can't send.
    static boolean canBeSent(Part http) {
        long code = http.at("redirect").whole("redirectCode");
        return code == 0 || SENT.contains(code);
    }

    private static void checkPrefixRewrite(Part http, Part redirect, Report report) {
        if (!redirect.has("prefixRewrite")) {
            return;
        }
        if (!redirect.text("uri").isEmpty()) {
            report.error(redirect.at("prefixRewrite"), "can't stand beside uri");
        }
        for (Part match : http.items("match")) {
            if (match.has("uri") && !match.at("uri").has("prefix")) {
                report.error(redirect.at("prefixRewrite"), "needs a uri match by prefix", "use uri instead");
            }
        }
    }

    private static void checkDirectResponse(Part response, Report report) {
        if (!response.isPresent()) {
            return;
        }
        long status = response.whole("status");
        if (status < 200 || status > 600) {
            report.error(response.at("status"), status + " can't be answered: expected 200 to 599");
        }
        int size = response.at("body").text("string").getBytes(StandardCharsets.UTF_8).length
                + response.at("body").text("bytes").length() * 3 / 4;
        if (size > MAX_BODY) {
            report.error(response.at("body"), "has " + size + " bytes: at most 1 MB");
        } else if (size > LARGE_BODY) {
            report.warn(response.at("body"), "has " + size + " bytes in every proxy: better below 100 KB");
        }
    }

    private static void checkRewrite(Part rewrite, Report report) {
        if (!rewrite.isPresent()) {
            return;
        }
        Part regex = rewrite.at("uriRegexRewrite");
        if (rewrite.text("uri").isEmpty() && rewrite.text("authority").isEmpty() && !regex.isPresent()) {
            report.error(rewrite, "rewrites nothing: give it uri, uriRegexRewrite or authority");
        }
        if (!regex.isPresent()) {
            return;
        }
        if (!rewrite.text("uri").isEmpty()) {
            report.error(regex, "can't stand beside uri");
        }
        if (regex.text("match").isEmpty() || regex.text("rewrite").isEmpty()) {
            report.error(regex, "needs both match and rewrite");
        } else {
            Regexes.check(regex.at("match"), report);
        }
    }

    /// Of an `http`, `tls` or `tcp` rule.
    static void checkDestinations(Part rule, Report report) {
        List<Part> routes = rule.items("route");
        long sum = 0;
        for (Part route : routes) {
            checkDestination(route.at("destination"), report);
            checkHeaders(route.at("headers"), report);
            sum += route.whole("weight");
        }
        if (routes.size() > 1 && sum == 0) {
            report.error(rule.at("route"), "every weight is 0", "give each destination a weight");
        }
    }

    static void checkDestination(Part destination, Report report) {
        if (destination.text("host").equals("*")) {
            report.error(destination.at("host"), "\"*\" is no destination: name one host");
        } else {
            Names.checkHost(destination.at("host"), report);
        }
        String subset = destination.text("subset");
        if (!subset.isEmpty() && !Names.isLabel(subset)) {
            report.error(destination.at("subset"), "\"" + subset + "\" is no subset's name");
        }
    }

    private static void checkHeaders(Part headers, Report report) {
        HeaderSyntax.checkOperations(headers, report);
        for (String direction : List.of("request", "response")) {
            for (String operation : List.of("set", "add")) {
                headers.at(direction).at(operation).fields().forEach((name, value) -> {
                    if (HeaderSyntax.isFraming(name)) {
                        report.notInForce(value, "how long a message is and how it is sent is the proxy's to say");
                    }
                    for (String variable : HeaderVariables.leftOpen(value.text())) {
                        report.notInForce(value, variable + " isn't filled in: it is sent as it stands");
                    }
                });
            }
        }
    }

    /// Rewriting the authority and setting or adding it as a header are three ways to say one thing.
    private static void checkOneAuthority(Part http, Report report) {
        Part request = http.at("headers").at("request");
        int ways = http.at("rewrite").text("authority").isEmpty() ? 0 : 1;
        for (String operation : List.of("set", "add")) {
            ways += (int) request.at(operation).fields().keySet().stream()
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .filter(name -> name.equals("host") || name.equals(":authority"))
                    .count();
        }
        if (ways > 1) {
            report.error(http.at("headers"), "the authority is set more than once, with rewrite.authority counted in");
        }
    }

    private static void checkMirrors(Part http, Report report) {
        if (http.has("mirror") && !http.at("mirrors").isEmpty()) {
            report.error(http.at("mirror"), "can't stand beside mirrors: put it into the list");
        }
        if (http.has("mirror")) {
            checkDestination(http.at("mirror"), report);
        }
        for (Part mirror : http.items("mirrors")) {
            checkDestination(mirror.at("destination"), report);
        }
        for (String deprecated : List.of("mirrorPercent", "mirror_percent")) {
            if (http.has(deprecated)) {
                report.warn(Code.IST0002, http.at(deprecated), "is deprecated: use mirrorPercentage.value");
            }
        }
    }

    static void checkPercentage(Part percentage, Report report) {
        double percent = percentage.decimal("value");
        if (percent > 0 && percent < LEAST_PERCENT) {
            report.error(percentage.at("value"), "expected 0, or 0.0001 to 100");
        }
    }
}
