package dev.meltemi.resources;

import com.google.re2j.Pattern;
import dev.meltemi.resources.shape.Part;
import java.util.List;

/// What makes `matches` of an HTTPRoute or a GRPCRoute valid.
final class RouteMatchesCheck {
    private static final Pattern PATH = Pattern.compile(RouteMatches.PATH_CHARACTERS);

    /// Of protobuf's names, in either case.
    private static final Pattern SERVICE = Pattern.compile("(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*");

    private static final Pattern METHOD = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");

    /// What a path that is compared as text can't hold, because proxies and services read it in different ways.
    private static final List<String> AMBIGUOUS = List.of("//", "/./", "/../", "%2f", "%2F", "#");

    private RouteMatchesCheck() {}

    static void checkHttp(Part match, Report report) {
        Part path = match.at("path");
        if (path.text("type").equals("RegularExpression")) {
            checkRegex(path.at("value"), report);
        } else if (path.has("value")) {
            checkPath(path.at("value"), report);
        }
        match.items("headers").forEach(header -> checkValue(header, report));
        match.items("queryParams").forEach(parameter -> checkValue(parameter, report));
    }

    private static void checkPath(Part value, Report report) {
        String path = value.text();
        if (!path.startsWith("/")) {
            report.error(value, "\"" + path + "\" is no path: expected one that begins with /");
            return;
        }
        for (String ambiguous : AMBIGUOUS) {
            if (path.contains(ambiguous)) {
                report.error(value, "contains \"" + ambiguous + "\"", "write the path as it is after normalization");
            }
        }
        if (path.endsWith("/..") || path.endsWith("/.")) {
            report.error(
                    value,
                    "ends with \"" + path.substring(path.lastIndexOf('/')) + "\"",
                    "write the path as it is after normalization");
        }
        if (!PATH.matcher(path).matches()) {
            report.error(
                    value,
                    "\"" + path + "\" has characters that no path has",
                    "letters, digits and -/._~!$&'()*+,;=:@ stand for themselves, others as %XX");
        }
    }

    private static void checkValue(Part named, Report report) {
        if (named.text("type").equals("RegularExpression")) {
            checkRegex(named.at("value"), report);
        }
    }

    /// Left out, it is the default of its kind, which is valid.
    private static void checkRegex(Part regex, Report report) {
        if (regex.isPresent()) {
            Regexes.check(regex, report);
        }
    }

    static void checkGrpc(Part match, Report report) {
        match.items("headers").forEach(header -> checkValue(header, report));
        Part method = match.at("method");
        if (!method.isPresent()) {
            return;
        }
        if (!method.has("service") && !method.has("method")) {
            report.error(method, "needs service, method or both");
        } else if (method.text("type").equals("RegularExpression")) {
            checkNotEmpty(method, report);
        } else {
            checkName(method.at("service"), SERVICE, "a service's full name, such as shop.v1.Orders", report);
            checkName(method.at("method"), METHOD, "a method's name, such as GetOrder", report);
        }
    }

    private static void checkName(Part name, Pattern pattern, String expected, Report report) {
        if (name.isPresent() && !pattern.matcher(name.text()).matches()) {
            report.error(name, "\"" + name.text() + "\": expected " + expected);
        }
    }

    /// An empty expression says nothing, which the API takes for a name that is left out.
    private static void checkNotEmpty(Part method, Report report) {
        for (String field : List.of("service", "method")) {
            Part name = method.at(field);
            if (!name.text().isEmpty()) {
                Regexes.check(name, report);
            }
        }
    }
}
