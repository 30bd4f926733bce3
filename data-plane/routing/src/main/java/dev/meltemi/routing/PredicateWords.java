package dev.meltemi.routing;

import org.jspecify.annotations.Nullable;

/// Predicates in the words of the documents that they come from.
final class PredicateWords {
    private PredicateWords() {}

    /// What was asked for, and what the request has there: `headers[end-user] exact "jason": request has none`.
    static String failure(Predicate failed, RequestHead request) {
        return switch (failed) {
            case Predicate.Path(var test) -> told("uri", test, withoutQuery(request.path()));
            case Predicate.Method(var test) -> told("method", test, request.method());
            case Predicate.Scheme(var test) -> told("scheme", test, request.scheme());
            case Predicate.Authority(var test) -> told("authority", test, request.authority());
            case Predicate.Header(var name, var test) -> told("headers[" + name + "]", test, request.header(name));
            case Predicate.WithoutHeader(var name, var test) ->
                told("withoutHeaders[" + name + "]", test, request.header(name));
            case Predicate.QueryParameter(var name, var test) ->
                "queryParams[" + name + "] " + text(test) + ": request has " + query(request.path());
        };
    }

    private static String told(String what, StringTest test, @Nullable String had) {
        return what + " " + text(test) + ": request has " + (had == null ? "none" : "\"" + had + "\"");
    }

    private static String withoutQuery(String path) {
        return path.substring(0, MatchedPath.end(path));
    }

    private static String query(String path) {
        int end = MatchedPath.end(path);
        return end == path.length() ? "no query" : "\"" + path.substring(end) + "\"";
    }

    private static String text(StringTest test) {
        return switch (test) {
            case StringTest.Exact(var value, var ignoreCase) -> "exact \"" + value + "\"" + caseless(ignoreCase);
            case StringTest.Prefix(var value, var ignoreCase) -> "prefix \"" + value + "\"" + caseless(ignoreCase);
            case StringTest.PathPrefix(var value) -> "path prefix \"" + value + "\"";
            case StringTest.Regex(var pattern) -> "regex \"" + pattern.pattern() + "\"";
            case StringTest.Anything() -> "present";
        };
    }

    private static String caseless(boolean ignoreCase) {
        return ignoreCase ? " in any case" : "";
    }
}
