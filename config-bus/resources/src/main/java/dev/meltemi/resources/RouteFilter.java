package dev.meltemi.resources;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What a rule does with a request besides sending it on.
public sealed interface RouteFilter {
    record RequestHeaders(Map<String, String> set, Map<String, String> add, List<String> remove)
            implements RouteFilter {}

    record ResponseHeaders(Map<String, String> set, Map<String, String> add, List<String> remove)
            implements RouteFilter {}

    /// @param status 301, 302, 303, 307 or 308
    record Redirect(
            Optional<String> scheme, Optional<String> hostname, Optional<Path> path, OptionalInt port, int status)
            implements RouteFilter {}

    record Rewrite(Optional<String> hostname, Optional<Path> path) implements RouteFilter {}

    /// @param percent 0 to 100
    record Mirror(RouteBackend to, double percent) implements RouteFilter {}

    record Cors(CorsPolicy policy) implements RouteFilter {}

    /// One that the mesh can't do: the rule answers 500, and its status says why.
    record Unsupported(String type) implements RouteFilter {}

    sealed interface Path {
        record ReplaceFull(String path) implements Path {}

        /// Of the prefix that matched, in whole segments.
        record ReplacePrefix(String prefix) implements Path {}
    }
}
