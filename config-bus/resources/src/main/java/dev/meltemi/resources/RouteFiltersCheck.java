package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What makes `filters` of an HTTPRoute or a GRPCRoute valid.
final class RouteFiltersCheck {
    /// The field that goes with each type.
    private static final Map<String, String> FIELDS = Map.of(
            "RequestHeaderModifier", "requestHeaderModifier",
            "ResponseHeaderModifier", "responseHeaderModifier",
            "RequestMirror", "requestMirror",
            "RequestRedirect", "requestRedirect",
            "URLRewrite", "urlRewrite",
            "ExtensionRef", "extensionRef",
            "CORS", "cors",
            "ExternalAuth", "externalAuth");

    private static final Set<String> REPEATABLE = Set.of("RequestMirror", "ExtensionRef", "ExternalAuth");

    private static final Set<Long> REDIRECTS = Set.of(301L, 302L, 303L, 307L, 308L);

    private RouteFiltersCheck() {}

    /// @param holder of `filters`: a rule or a backend
    static void check(Part holder, Report report) {
        Map<String, Part> seen = new HashMap<>();
        for (Part filter : holder.items("filters")) {
            String type = filter.text("type");
            if (seen.putIfAbsent(type, filter) != null && !REPEATABLE.contains(type)) {
                report.error(filter, "is a second " + type, "say all of it in one filter");
            }
            FIELDS.forEach((known, field) -> checkAgrees(filter, type, known, field, report));
            checkContent(filter, report);
        }
        Part rewrite = seen.get("URLRewrite");
        if (rewrite != null && seen.containsKey("RequestRedirect")) {
            report.error(rewrite, "URLRewrite can't stand beside RequestRedirect: choose one");
        }
    }

    /// A type and the field that goes with it are there together or not at all.
    ///
    /// @param type of the union
    /// @param known the type that the field is for
    static void checkAgrees(Part union, String type, String known, String field, Report report) {
        boolean chosen = type.equals(known);
        if (chosen && !union.has(field)) {
            report.error(union.at(field), "is missing: the type is " + type);
        } else if (!chosen && union.has(field)) {
            report.error(union.at(field), "is for the type " + known + ", but the type is " + type);
        }
    }

    private static void checkContent(Part filter, Report report) {
        checkRemovals(filter.at("requestHeaderModifier"), report);
        checkRemovals(filter.at("responseHeaderModifier"), report);
        checkMirror(filter.at("requestMirror"), report);
        Part redirect = filter.at("requestRedirect");
        if (redirect.has("statusCode") && !REDIRECTS.contains(redirect.whole("statusCode"))) {
            report.error(
                    redirect.at("statusCode"),
                    redirect.text("statusCode") + ": expected one of 301, 302, 303, 307, 308");
        }
        checkPath(redirect.at("path"), report);
        checkPath(filter.at("urlRewrite").at("path"), report);
        for (String field : List.of("allowOrigins", "allowMethods", "allowHeaders")) {
            checkWildcard(filter.at("cors").at(field), report);
        }
        checkExternalAuth(filter.at("externalAuth"), report);
    }

    /// The API takes any text for a name here.
    private static void checkRemovals(Part edits, Report report) {
        for (Part header : edits.items("remove")) {
            if (!RouteFilters.isRemovable(header.text())) {
                report.notInForce(header, "there is no such header to remove: leave it out");
            }
        }
    }

    private static void checkMirror(Part mirror, Report report) {
        if (!mirror.isPresent()) {
            return;
        }
        RouteCheck.checkBackend(mirror.at("backendRef"), report);
        Part fraction = mirror.at("fraction");
        long denominator = fraction.has("denominator") ? fraction.whole("denominator") : 100;
        if (fraction.isPresent() && fraction.whole("numerator") > denominator) {
            report.error(fraction.at("numerator"), "is more than the denominator, " + denominator);
        }
    }

    private static void checkPath(Part path, Report report) {
        if (path.isPresent()) {
            String type = path.text("type");
            checkAgrees(path, type, "ReplaceFullPath", "replaceFullPath", report);
            checkAgrees(path, type, "ReplacePrefixMatch", "replacePrefixMatch", report);
        }
    }

    private static void checkWildcard(Part list, Report report) {
        List<Part> items = list.items();
        for (Part item : items) {
            if (item.text().equals("*") && items.size() > 1) {
                report.error(item, "\"*\" takes all of them, so it stands alone", "leave out the others");
            }
        }
    }

    private static void checkExternalAuth(Part auth, Report report) {
        if (auth.isPresent()) {
            RouteCheck.checkBackend(auth.at("backendRef"), report);
            checkAgrees(auth, auth.text("protocol"), "HTTP", "http", report);
            checkAgrees(auth, auth.text("protocol"), "GRPC", "grpc", report);
        }
    }
}
