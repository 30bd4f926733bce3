package dev.meltemi.routing;

import java.util.List;

/// Why a request is decided as it is, for people.
///
/// @param host under which its routes were found; a wildcard may stand for it. Empty: nothing is known of it
/// @param tried in this order; the last one matched, unless none did
/// @param leftOut matches that can't concern this caller or port, and rules for the host that don't count here
/// @param choices what the matched rule chooses from, or the host's own service; empty when nothing is chosen
/// @param decision what one request got
public record Explanation(
        String host, List<Tried> tried, List<LeftOut> leftOut, List<Choice> choices, Decision decision) {
    public Explanation {
        tried = List.copyOf(tried);
        leftOut = List.copyOf(leftOut);
        choices = List.copyOf(choices);
    }

    /// @param rule `VirtualService/default/reviews@1842`: with the offset on mesh.config
    /// @param place in its spec: `http[0].match[1]`
    /// @param route name, empty without one
    /// @param why the first predicate that failed and what the request has there; empty: it matched
    public record Tried(String rule, String place, String route, String why) {
        public boolean matched() {
            return why.isEmpty();
        }
    }

    /// @param place empty: the whole rule
    public record LeftOut(String rule, String place, String why) {}

    /// @param percent of requests
    public record Choice(double percent, Decision decision) {}
}
