package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;

/// What makes one `match` of an HTTP rule valid.
final class HttpMatchCheck {
    /// Matches by a claim of an accepted token; resolved at gateways only.
    private static final String CLAIM = "@request.auth.claims";

    private HttpMatchCheck() {}

    static void check(Part match, boolean mesh, Report report) {
        StringMatches.checkPath(match.at("uri"), report);
        for (String field : List.of("scheme", "method", "authority")) {
            StringMatches.check(match.at(field), report);
        }
        match.at("queryParams").fields().values().forEach(value -> StringMatches.check(value, report));
        for (String field : List.of("headers", "withoutHeaders")) {
            match.at(field).fields().forEach((name, value) -> checkHeader(name, value, mesh, report));
        }
        Labels.check(match.at("sourceLabels"), report);
        String namespace = match.text("sourceNamespace");
        if (!namespace.isEmpty() && !Names.isLabel(namespace)) {
            report.error(match.at("sourceNamespace"), "\"" + namespace + "\" is no namespace");
        }
        VirtualServices.checkGateways(match.items("gateways"), report);
    }

    /// `@request.auth.claims.group` or `@request.auth.claims[group][id]`.
    private static boolean isClaim(String name) {
        String rest = name.regionMatches(true, 0, CLAIM, 0, CLAIM.length()) ? name.substring(CLAIM.length()) : "";
        return rest.length() > 1 && (rest.startsWith(".") || (rest.startsWith("[") && rest.endsWith("]")));
    }

    /// @param mesh whether the whole document is for sidecars too, whatever gateways the match names
    private static void checkHeader(String name, Part value, boolean mesh, Report report) {
        if (isClaim(name)) {
            if (mesh) {
                report.error(value, "token claims are known at gateways only", "bind the rule to a gateway");
            }
            report.notInForce(value, "tokens aren't checked yet: no request has this claim");
        } else if (!HeaderSyntax.isToken(name.startsWith(":") ? name.substring(1) : name)) {
            report.error(value, "\"" + name + "\" is no header name");
        }
        StringMatches.check(value, report);
    }
}
