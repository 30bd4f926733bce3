package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.HttpMatch;
import dev.meltemi.schemas.compiled.HttpRoute;
import dev.meltemi.schemas.compiled.HttpRules;
import dev.meltemi.schemas.compiled.StringMatch;
import java.util.Comparator;

/// One match of one rule of a Gateway API route, sorted as the API wants them tried (`HTTPRouteRule.matches`): exact
/// path, longest prefix, method, most headers, most query parameters, oldest route, its `namespace/name`; what is still
/// equal keeps its order in the route. The API leaves a regular expression's place open: it stands behind prefixes, as
/// in Istio, but not behind the prefix of everything.
record Claim(HttpRules rules, HttpRoute route, HttpMatch match) implements Comparable<Claim> {
    private static final Comparator<Claim> ORDER = Comparator.comparingInt(Claim::pathRank)
            .thenComparingInt(Claim::pathLength)
            .thenComparing(claim -> claim.match.getMethod() != null)
            .thenComparingInt(claim -> claim.match.getHeaders().size())
            .thenComparingInt(claim -> claim.match.getQueryParams().size())
            .reversed()
            .thenComparingLong(claim -> claim.rules.getCreated())
            .thenComparing(claim -> claim.rules.getRule())
            .thenComparing(claim -> claim.rules.getKind());

    private int pathRank() {
        StringMatch uri = match.getUri();
        return uri == null
                ? 0
                : switch (uri.getKind()) {
                    case EXACT -> 3;
                    case PREFIX, PATH_PREFIX -> pathLength() == 0 ? 0 : 2;
                    case REGEX -> 1;
                    case PRESENT, UNKNOWN -> 0;
                };
    }

    private int pathLength() {
        StringMatch uri = match.getUri();
        return uri == null
                ? 0
                : switch (uri.getKind()) {
                    case PREFIX, PATH_PREFIX ->
                        MatchedPath.withoutSlash(uri.getValue()).length();
                    case EXACT, REGEX -> uri.getValue().length();
                    case PRESENT, UNKNOWN -> 0;
                };
    }

    @Override
    public int compareTo(Claim other) {
        return ORDER.compare(this, other);
    }
}
