package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;
import java.util.stream.Stream;

/// Reads a valid `corsPolicy`.
final class CorsReader {
    private CorsReader() {}

    static CorsPolicy read(Part cors) {
        return new CorsPolicy(
                origins(cors),
                cors.texts("allowMethods"),
                cors.texts("allowHeaders"),
                cors.texts("exposeHeaders"),
                cors.duration("maxAge"),
                cors.flag("allowCredentials"),
                !cors.text("unmatchedPreflights").equals("IGNORE"));
    }

    /// The older `allowOrigin` counts only where there are no `allowOrigins`, and then as exact names, as in Istio.
    private static List<StringMatch> origins(Part cors) {
        Stream<StringMatch> origins = cors.at("allowOrigins").isEmpty()
                ? cors.texts("allowOrigin").stream().map(StringMatch.Exact::new)
                : cors.items("allowOrigins").stream().flatMap(origin -> StringMatches.read(origin).stream());
        return origins.toList();
    }
}
