package dev.meltemi.routing;

import java.util.List;

/// One match of one rule and what it leads to.
record RouteRule(List<Predicate> predicates, Action action) {
    RouteRule {
        predicates = List.copyOf(predicates);
    }

    boolean matches(RequestHead request, int pathEnd) {
        for (int i = 0; i < predicates.size(); i++) {
            if (!predicates.get(i).holds(request, pathEnd)) {
                return false;
            }
        }
        return true;
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
