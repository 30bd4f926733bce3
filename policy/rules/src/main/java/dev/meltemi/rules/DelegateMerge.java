package dev.meltemi.rules;

import dev.meltemi.resources.HeaderOperations;
import dev.meltemi.resources.HttpMatch;
import dev.meltemi.resources.HttpRoute;
import dev.meltemi.resources.StringMatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts the rules of a delegate in place of the rule that names it, as Istio does (`mergeHTTPRoutes`): each of them
/// must match no more than that rule does, says what it does and gets from that rule what it leaves open.
final class DelegateMerge {
    private DelegateMerge() {}

    /// @return one for each rule of the delegate, without those of which a match isn't inside one of the root's
    static List<HttpRoute> merged(HttpRoute root, List<HttpRoute> leaves) {
        var routes = new ArrayList<HttpRoute>();
        for (HttpRoute leaf : leaves) {
            matches(root.matches(), leaf.matches()).ifPresent(matches -> routes.add(merged(root, leaf, matches)));
        }
        return routes;
    }

    private static HttpRoute merged(HttpRoute root, HttpRoute leaf, List<HttpMatch> matches) {
        return new HttpRoute(
                joined(root.name(), leaf.name()),
                matches,
                leaf.destinations(),
                leaf.redirect(),
                leaf.directResponse().or(root::directResponse),
                leaf.rewrite().or(root::rewrite),
                leaf.timeout().or(root::timeout),
                leaf.retries().or(root::retries),
                leaf.fault().or(root::fault),
                leaf.cors().or(root::cors),
                Optional.empty(),
                leaf.mirror().or(root::mirror),
                leaf.mirrorPercent().isPresent() ? leaf.mirrorPercent() : root.mirrorPercent(),
                leaf.mirrors().isEmpty() ? root.mirrors() : leaf.mirrors(),
                leaf.headers().equals(HeaderOperations.NONE) ? root.headers() : leaf.headers());
    }

    private static String joined(String root, String leaf) {
        if (leaf.isEmpty()) {
            return root;
        }
        return root.isEmpty() ? leaf : root + "-" + leaf;
    }

    /// @return empty when some match of the leaf is inside none of the root's
    private static Optional<List<HttpMatch>> matches(List<HttpMatch> root, List<HttpMatch> leaf) {
        if (root.isEmpty() || leaf.isEmpty()) {
            return Optional.of(root.isEmpty() ? leaf : root);
        }
        var matches = new ArrayList<HttpMatch>();
        for (HttpMatch inner : leaf) {
            int before = matches.size();
            root.stream().filter(outer -> isInside(outer, inner)).forEach(outer -> matches.add(merged(outer, inner)));
            if (matches.size() == before) {
                return Optional.empty();
            }
        }
        return Optional.of(matches);
    }

    private static HttpMatch merged(HttpMatch root, HttpMatch leaf) {
        return new HttpMatch(
                joined(root.name(), leaf.name()),
                leaf.uri().or(root::uri),
                leaf.ignoreUriCase(),
                leaf.scheme().or(root::scheme),
                leaf.method().or(root::method),
                leaf.authority().or(root::authority),
                over(root.headers(), leaf.headers()),
                over(root.withoutHeaders(), leaf.withoutHeaders()),
                over(root.queryParams(), leaf.queryParams()),
                leaf.port().isPresent() ? leaf.port() : root.port(),
                over(root.sourceLabels(), leaf.sourceLabels()),
                leaf.sourceNamespace().or(root::sourceNamespace),
                leaf.gateways().isEmpty() ? root.gateways() : leaf.gateways(),
                leaf.statPrefix().isEmpty() ? root.statPrefix() : leaf.statPrefix());
    }

    private static <V> Map<String, V> over(Map<String, V> root, Map<String, V> leaf) {
        var merged = new LinkedHashMap<>(root);
        merged.putAll(leaf);
        return merged;
    }

    private static boolean isInside(HttpMatch root, HttpMatch leaf) {
        return root.ignoreUriCase() == leaf.ignoreUriCase()
                && isInside(root.uri(), leaf.uri())
                && isInside(root.scheme(), leaf.scheme())
                && isInside(root.method(), leaf.method())
                && isInside(root.authority(), leaf.authority())
                && areInside(root.headers(), leaf.headers())
                && areInside(root.withoutHeaders(), leaf.withoutHeaders())
                && areInside(root.queryParams(), leaf.queryParams())
                && (root.port().isEmpty()
                        || leaf.port().isEmpty()
                        || root.port().equals(leaf.port()))
                && (root.sourceNamespace().isEmpty() || root.sourceNamespace().equals(leaf.sourceNamespace()))
                && agree(root.sourceLabels(), leaf.sourceLabels())
                && (root.gateways().isEmpty() || new HashSet<>(root.gateways()).containsAll(leaf.gateways()));
    }

    private static boolean agree(Map<String, String> root, Map<String, String> leaf) {
        return leaf.entrySet().stream()
                .allMatch(label -> label.getValue().equals(root.getOrDefault(label.getKey(), label.getValue())));
    }

    private static boolean areInside(Map<String, StringMatch> root, Map<String, StringMatch> leaf) {
        return leaf.entrySet().stream()
                .allMatch(match ->
                        isInside(Optional.ofNullable(root.get(match.getKey())), Optional.of(match.getValue())));
    }

    /// Whether everything that the leaf takes is taken by the root too, as far as that is told without thinking about
    /// expressions: beside any other condition a regex or a test of presence conflicts.
    private static boolean isInside(Optional<StringMatch> root, Optional<StringMatch> leaf) {
        if (root.isEmpty() || leaf.isEmpty()) {
            return true;
        }
        return switch (root.get()) {
            case StringMatch.Exact(var whole) -> !whole.isEmpty() && root.equals(leaf);
            case StringMatch.Prefix(var prefix) ->
                !prefix.isEmpty() && literal(leaf.get()).startsWith(prefix);
            case StringMatch.Regex _, StringMatch.Present() -> false;
        };
    }

    /// Empty, so that no prefix begins it, for what isn't literal.
    private static String literal(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(var whole) -> whole;
            case StringMatch.Prefix(var prefix) -> prefix;
            case StringMatch.Regex _, StringMatch.Present() -> "";
        };
    }
}
