package dev.meltemi.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One match of one rule and what it leads to.
///
/// @param source null where nobody asks for it
record RouteRule(
        List<Predicate> predicates, Action action, @Nullable RouteSource source) {
    /// No predicate.
    static final int NONE = -1;

    RouteRule {
        predicates = List.copyOf(predicates);
    }

    RouteRule(List<Predicate> predicates, Action action) {
        this(predicates, action, null);
    }

    /// @return the first predicate that doesn't hold, {@link #NONE} when all do
    int firstFailing(RequestHead request, int pathEnd) {
        for (int i = 0; i < predicates.size(); i++) {
            if (!predicates.get(i).holds(request, pathEnd)) {
                return i;
            }
        }
        return NONE;
    }

    /// Whether nothing after it can be reached: no condition, or only one that every path meets.
    boolean isCatchAll() {
        return switch (predicates.size()) {
            case 0 -> true;
            case 1 -> predicates.getFirst() instanceof Predicate.Path(StringTest test) && holdsForEveryPath(test);
            default -> false;
        };
    }

    private static boolean holdsForEveryPath(StringTest test) {
        return switch (test) {
            case StringTest.Prefix(String value, boolean _) -> value.equals("/");
            case StringTest.Regex(var pattern) -> pattern.pattern().equals(".*");
            case StringTest.Anything _ -> true;
            case StringTest.PathPrefix(String value) -> value.isEmpty();
            case StringTest.Exact _ -> false;
        };
    }
}
