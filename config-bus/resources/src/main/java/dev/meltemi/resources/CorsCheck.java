package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;
import java.util.Set;

/// What makes `corsPolicy` valid.
final class CorsCheck {
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*");

    private CorsCheck() {}

    static void check(Part cors, Report report) {
        for (Part origin : cors.items("allowOrigins")) {
            if (origin.text("exact").isEmpty()
                    && origin.text("prefix").isEmpty()
                    && origin.text("regex").isEmpty()) {
                report.error(origin, "an origin isn't empty", "give it exact, prefix or regex");
            } else if (origin.has("regex")) {
                Regexes.check(origin.at("regex"), report);
            }
        }
        if (cors.has("allowOrigin")) {
            report.warn(Code.IST0002, cors.at("allowOrigin"), "is deprecated: use allowOrigins");
        }
        for (Part method : cors.items("allowMethods")) {
            if (!METHODS.contains(method.text())) {
                report.error(method, "\"" + method.text() + "\" is no HTTP method");
            }
        }
        for (String field : List.of("allowHeaders", "exposeHeaders")) {
            for (Part header : cors.items(field)) {
                if (!HeaderSyntax.isToken(header.text())) {
                    report.error(header, "\"" + header.text() + "\" is no header name");
                }
            }
        }
        cors.duration("maxAge")
                .filter(age -> age.toMillis() % 1000 != 0)
                .ifPresent(age -> report.error(cors.at("maxAge"), "expected whole seconds"));
    }
}
