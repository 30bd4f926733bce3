package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What makes an HTTPRoute or a GRPCRoute valid.
final class HttpRoutesCheck {
    private static final int MAX_MATCHES = 128;

    private HttpRoutesCheck() {}

    static void checkHttp(Part spec, Metadata metadata, Report report) {
        check(spec, report);
        for (Part rule : spec.items("rules")) {
            rule.items("matches").forEach(match -> RouteMatchesCheck.checkHttp(match, report));
            checkRedirect(rule, report);
            checkReplacedPrefix(rule, rule, report);
            rule.items("backendRefs").forEach(backend -> checkReplacedPrefix(backend, rule, report));
            checkTimeouts(rule.at("timeouts"), report);
        }
    }

    static void checkGrpc(Part spec, Metadata metadata, Report report) {
        check(spec, report);
        for (Part rule : spec.items("rules")) {
            rule.items("matches").forEach(match -> RouteMatchesCheck.checkGrpc(match, report));
        }
    }

    private static void check(Part spec, Report report) {
        RouteCheck.check(spec, report);
        int matches = 0;
        for (Part rule : spec.items("rules")) {
            matches += rule.items("matches").size();
            RouteFiltersCheck.check(rule, report);
            rule.items("backendRefs").forEach(backend -> RouteFiltersCheck.check(backend, report));
            checkSession(rule.at("sessionPersistence"), report);
        }
        if (matches > MAX_MATCHES) {
            report.error(
                    spec.at("rules"),
                    "have " + matches + " matches: expected at most " + MAX_MATCHES + " in a route",
                    "write several routes");
        }
    }

    private static void checkRedirect(Part rule, Report report) {
        if (rule.items("backendRefs").isEmpty()) {
            return;
        }
        for (Part filter : rule.items("filters")) {
            if (filter.has("requestRedirect")) {
                report.error(
                        filter.at("requestRedirect"),
                        "can't stand beside backendRefs: a request is redirected or forwarded",
                        "leave out backendRefs, or move the filter to a backend");
            }
        }
    }

    /// The replaced prefix is what matched, so there is one.
    ///
    /// @param holder of the filters: the rule or a backend of it
    private static void checkReplacedPrefix(Part holder, Part rule, Report report) {
        for (Part filter : holder.items("filters")) {
            for (String field : List.of("requestRedirect", "urlRewrite")) {
                Part path = filter.at(field).at("path");
                if (path.has("replacePrefixMatch") && !hasOnePrefix(rule)) {
                    report.error(
                            path.at("replacePrefixMatch"),
                            "needs a rule with exactly one match, by PathPrefix",
                            "split the rule: one for each prefix");
                }
            }
        }
    }

    private static boolean hasOnePrefix(Part rule) {
        if (!rule.has("matches")) {
            return true; // by default, the prefix /
        }
        List<Part> matches = rule.items("matches");
        String type = matches.isEmpty() ? "" : matches.getFirst().at("path").text("type");
        return matches.size() == 1 && (type.isEmpty() || type.equals("PathPrefix"));
    }

    private static void checkTimeouts(Part timeouts, Report report) {
        Optional<Duration> request = timeouts.duration("request");
        Optional<Duration> backend = timeouts.duration("backendRequest");
        boolean limited = request.isPresent() && !request.get().isZero();
        if (limited && backend.isPresent() && backend.get().compareTo(request.get()) > 0) {
            report.error(
                    timeouts.at("backendRequest"),
                    timeouts.text("backendRequest") + " is longer than the whole request's "
                            + timeouts.text("request"));
        }
    }

    private static void checkSession(Part session, Report report) {
        if (!session.isPresent()) {
            return;
        }
        Part cookie = session.at("cookie");
        String type = session.someText("type").orElse("Cookie");
        RouteFiltersCheck.checkAgrees(session, type, "Cookie", "cookie", report);
        RouteFiltersCheck.checkAgrees(session, type, "Header", "header", report);
        if (cookie.text("lifetimeType").equals("Permanent") && !session.has("absoluteTimeout")) {
            report.error(session.at("absoluteTimeout"), "is missing: a permanent cookie ends at some time");
        }
    }
}
