package dev.meltemi.rules;

import dev.meltemi.resources.KubernetesRoute;
import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.StringMatch;
import dev.meltemi.schemas.compiled.StringMatchKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Conditions of an HTTPRoute or GRPCRoute in compiled form. A match always has a path, so that it is known which
/// segments a rewrite replaces.
final class ApiMatches {
    private static final KubernetesRoute.Path EVERY_PATH = new KubernetesRoute.Path.Prefix("/");

    private static final KubernetesRoute.Match EVERYTHING =
            new KubernetesRoute.Match(Optional.empty(), Optional.empty(), Map.of(), Map.of());

    private ApiMatches() {}

    static List<HttpMatch> compiled(List<KubernetesRoute.Match> matches) {
        return (matches.isEmpty() ? List.of(EVERYTHING) : matches)
                .stream().map(ApiMatches::compiled).toList();
    }

    private static HttpMatch compiled(KubernetesRoute.Match match) {
        var out = HttpMatch.newBuilder()
                .setUri(compiled(match.path().orElse(EVERY_PATH)))
                .setHeaders(RequestMatches.named(match.headers(), name -> name.toLowerCase(Locale.ROOT)))
                .setQueryParams(RequestMatches.named(match.queryParams(), UnaryOperator.identity()));
        match.method().ifPresent(method -> out.setMethod(new StringMatch(StringMatchKind.EXACT, method)));
        return out.build();
    }

    private static StringMatch compiled(KubernetesRoute.Path path) {
        return new StringMatch(
                switch (path) {
                    case KubernetesRoute.Path.Exact _ -> StringMatchKind.EXACT;
                    case KubernetesRoute.Path.Prefix _ -> StringMatchKind.PATH_PREFIX;
                    case KubernetesRoute.Path.Regex _ -> StringMatchKind.REGEX;
                },
                path.value());
    }
}
