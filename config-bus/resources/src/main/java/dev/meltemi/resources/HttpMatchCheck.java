package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;

/// What makes one `match` of an HTTP rule valid.
final class HttpMatchCheck {
    /// Matches by a claim of an accepted token; resolved at gateways only.
    private static final String CLAIM = "@request.auth.claims";

    private HttpMatchCheck() {}

    static void check(Part match, boolean mesh, Report report) {
        StringMatches.check(match.at("uri"), true, report);
        for (String field : List.of("scheme", "method", "authority")) {
            StringMatches.check(match.at(field), false, report);
        }
        match.at("queryParams").fields().values().forEach(value -> StringMatches.check(value, false, report));
        List<String> own = match.texts("gateways");
        boolean forMesh = own.isEmpty() ? mesh : VirtualServices.isForMesh(own);
        for (String field : List.of("headers", "withoutHeaders")) {
            match.at(field).fields().forEach((name, value) -> checkHeader(name, value, forMesh, report));
        }
        Labels.check(match.at("sourceLabels"), report);
        VirtualServices.checkGateways(match.items("gateways"), report);
    }

    private static void checkHeader(String name, Part value, boolean mesh, Report report) {
        if (name.startsWith(CLAIM)) {
            if (mesh) {
                report.error(value, "token claims are known at gateways only", "bind the rule to a gateway");
            }
            report.notInForce(value, "tokens aren't checked yet: no request has this claim");
        } else if (!HeaderSyntax.isToken(name.startsWith(":") ? name.substring(1) : name)) {
            report.error(value, "\"" + name + "\" is no header name");
        }
        StringMatches.check(value, false, report);
    }
}
