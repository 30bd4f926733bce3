package dev.meltemi.routing;

import com.google.re2j.Pattern;
import dev.meltemi.schemas.compiled.StringMatch;

/// The part of a path that a rule matched, which is the part that a rewrite replaces.
///
/// @param length of the matched prefix, {@link #WHOLE} when the path matched as a whole
/// @param segments whether whole segments matched, so that what replaces them fits in without doubling or losing a
/// slash
record MatchedPath(int length, boolean segments) {
    static final int WHOLE = -1;

    /// A rule without a condition on the path is Envoy's prefix `/`.
    static final MatchedPath ANY = new MatchedPath(1, false);

    static final MatchedPath WHOLE_PATH = new MatchedPath(WHOLE, false);

    static MatchedPath of(StringMatch uri) {
        return switch (uri.getKind()) {
            case PREFIX -> new MatchedPath(uri.getValue().length(), false);
            case PATH_PREFIX -> new MatchedPath(withoutSlash(uri.getValue()).length(), true);
            case EXACT, REGEX -> WHOLE_PATH;
            case PRESENT, UNKNOWN -> ANY;
        };
    }

    /// @param path with query, which stays
    String replace(String path, String replacement) {
        int from = length == WHOLE ? end(path) : Math.min(length, path.length());
        return segments ? joined(withoutSlash(replacement), path, from) : replacement + path.substring(from);
    }

    /// What comes in place of all segments begins with one slash: two would name a host to whoever reads it as a URL.
    private static String joined(String replacement, String path, int from) {
        if (!replacement.isEmpty()) {
            return replacement + path.substring(from);
        }
        int end = end(path);
        int rest = from;
        while (rest < end && path.charAt(rest) == '/') {
            rest++;
        }
        return "/" + path.substring(rest);
    }

    static String withoutSlash(String prefix) {
        int end = prefix.length();
        while (end > 0 && prefix.charAt(end - 1) == '/') {
            end--;
        }
        return prefix.substring(0, end);
    }

    /// Where the query begins, or the length of the path.
    static int end(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path.length() : query;
    }

    Route.PathRewrite rewrite(String replacement) {
        return path -> replace(path, replacement);
    }

    /// @param substitution in RE2's words: `\1` is a group, `\\` a backslash
    static Route.PathRewrite rewrite(String regex, String substitution) {
        Pattern pattern = Pattern.compile(regex);
        String template = inRe2j(substitution);
        return path -> {
            int end = end(path);
            return pattern.matcher(path.substring(0, end)).replaceAll(template) + path.substring(end);
        };
    }

    private static String inRe2j(String substitution) {
        var template = new StringBuilder();
        for (int i = 0; i < substitution.length(); i++) {
            char c = substitution.charAt(i);
            boolean escape = c == '\\' && i + 1 < substitution.length();
            if (escape && Character.digit(substitution.charAt(i + 1), 10) >= 0) {
                template.append("$").append(substitution.charAt(++i));
            } else if (escape) {
                template.append('\\').append(substitution.charAt(++i));
            } else if (c == '$' || c == '\\') {
                template.append('\\').append(c);
            } else {
                template.append(c);
            }
        }
        return template.toString();
    }
}
