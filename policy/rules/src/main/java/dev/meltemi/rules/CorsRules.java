package dev.meltemi.rules;

import dev.meltemi.schemas.compiled.CorsPolicy;

/// What a rule says of calls from pages of other sites, in compiled form; the same for every kind that says it.
final class CorsRules {
    private CorsRules() {}

    static CorsPolicy compiled(dev.meltemi.resources.CorsPolicy cors) {
        var out = CorsPolicy.newBuilder()
                .setAllowOrigins(cors.allowOrigins().stream()
                        .map(RequestMatches::compiled)
                        .toList())
                .setAllowMethods(cors.allowMethods())
                .setAllowHeaders(cors.allowHeaders())
                .setExposeHeaders(cors.exposeHeaders())
                .setAllowCredentials(cors.allowCredentials())
                .setForwardUnmatchedPreflights(cors.forwardUnmatchedPreflights());
        cors.maxAge().ifPresent(age -> out.setMaxAgeUs(Micros.of(age)));
        return out.build();
    }
}
