package dev.meltemi.routing;

import com.google.re2j.Pattern;
import dev.meltemi.schemas.compiled.StringMatch;

/// A compiled string match. Tests a stretch of a text, so that a path needn't be cut from its query first.
sealed interface StringTest {
    boolean holds(String text, int from, int to);

    default boolean holds(String text) {
        return holds(text, 0, text.length());
    }

    record Exact(String value, boolean ignoreCase) implements StringTest {
        @Override
        public boolean holds(String text, int from, int to) {
            return to - from == value.length() && text.regionMatches(ignoreCase, from, value, 0, value.length());
        }
    }

    record Prefix(String value, boolean ignoreCase) implements StringTest {
        @Override
        public boolean holds(String text, int from, int to) {
            return to - from >= value.length() && text.regionMatches(ignoreCase, from, value, 0, value.length());
        }
    }

    /// RE2, in full. The only test that allocates.
    record Regex(Pattern pattern) implements StringTest {
        @Override
        public boolean holds(String text, int from, int to) {
            return pattern.matches(from == 0 && to == text.length() ? text : text.substring(from, to));
        }
    }

    /// Whole segments: `/foo` and `/foo/` hold for `/foo` and `/foo/bar`, not for `/foobar`.
    record PathPrefix(String value) implements StringTest {
        public PathPrefix {
            value = MatchedPath.withoutSlash(value);
        }

        @Override
        public boolean holds(String text, int from, int to) {
            int end = from + value.length();
            return end <= to && text.startsWith(value, from) && (end == to || text.charAt(end) == '/');
        }
    }

    record Anything() implements StringTest {
        @Override
        public boolean holds(String text, int from, int to) {
            return true;
        }
    }

    /// @param ignoreCase concerns exact and prefix only, as in Istio
    static StringTest of(StringMatch match, boolean ignoreCase) {
        return switch (match.getKind()) {
            case EXACT -> new Exact(match.getValue(), ignoreCase);
            case PREFIX -> new Prefix(match.getValue(), ignoreCase);
            case PATH_PREFIX -> new PathPrefix(match.getValue());
            case REGEX -> new Regex(Pattern.compile(match.getValue()));
            case PRESENT, UNKNOWN -> new Anything();
        };
    }
}
