package dev.meltemi.proxy.wire;

import dev.meltemi.routing.Entrance.Paths;

/// A path as everybody after us may judge it, in Istio's ways. BASE: dot segments removed, `\` read as `/`,
/// percent-encoded unreserved characters decoded. MERGE_SLASHES: that, and several slashes are one.
/// DECODE_AND_MERGE_SLASHES: that, with `%2F` and `%5C` decoded before. What is normal stays as it is.
public final class NormalizedPath {
    private NormalizedPath() {}

    /// @param target path with query; the query stays as it is
    /// @return the same object when there was nothing to do
    /// @throws MalformedMessageException for a broken percent-encoding
    public static String of(String target, Paths ways) {
        if (ways == Paths.NONE || target.equals("*")) {
            return target;
        }
        boolean merging = ways != Paths.BASE;
        int end = target.indexOf('?');
        if (end < 0) {
            end = target.length();
        }
        if (isNormal(target, end, merging)) {
            return target;
        }
        String decoded = decode(target, end, ways == Paths.DECODE_AND_MERGE_SLASHES);
        String path = decoded.contains("/.") ? withoutDotSegments(decoded) : decoded;
        if (merging) {
            path = withoutEmptySegments(path);
        }
        return end == target.length() ? path : path + target.substring(end);
    }

    /// With `%2F` and `%5C` decoded, whatever becomes of the path then.
    ///
    /// @param target path with query; the query stays as it is
    /// @return the same object when there was nothing to do
    public static String withoutEscapedSlashes(String target) {
        int query = target.indexOf('?');
        int end = query < 0 ? target.length() : query;
        StringBuilder path = null;
        int done = 0;
        for (int i = target.indexOf('%'); i >= 0 && i + 2 < end; i = target.indexOf('%', i + 1)) {
            char slash = escapedSlash(target.charAt(i + 1), target.charAt(i + 2));
            if (slash != 0) {
                path = path == null ? new StringBuilder(target.length()) : path;
                path.append(target, done, i).append(slash);
                done = i + 3;
            }
        }
        return path == null
                ? target
                : path.append(target, done, target.length()).toString();
    }

    /// @return 0: it is none
    private static char escapedSlash(char high, char low) {
        if (high == '2' && (low == 'F' || low == 'f')) {
            return '/';
        }
        return high == '5' && (low == 'C' || low == 'c') ? '\\' : 0;
    }

    private static String withoutEmptySegments(String path) {
        var merged = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) != '/' || i == 0 || path.charAt(i - 1) != '/') {
                merged.append(path.charAt(i));
            }
        }
        return merged.toString();
    }

    private static boolean isNormal(String target, int end, boolean merging) {
        for (int i = 0; i < end; i++) {
            char c = target.charAt(i);
            boolean behindSlash = i > 0 && target.charAt(i - 1) == '/';
            if (c == '%' || c == '\\' || (behindSlash && (c == '.' || (merging && c == '/')))) {
                return false;
            }
        }
        return true;
    }

    private static String decode(String target, int end, boolean slashes) {
        StringBuilder path = new StringBuilder(end);
        for (int i = 0; i < end; i++) {
            char c = target.charAt(i);
            if (c == '\\') {
                path.append('/');
            } else if (c != '%') {
                path.append(c);
            } else {
                int high = i + 2 < end ? Character.digit(target.charAt(i + 1), 16) : -1;
                int low = i + 2 < end ? Character.digit(target.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new MalformedMessageException(400, "broken_percent_encoding");
                }
                char octet = (char) (high * 16 + low);
                if (octet == 0) {
                    throw new MalformedMessageException(400, "encoded_nul_in_path");
                }
                if (slashes && (octet == '/' || octet == '\\')) {
                    path.append('/');
                } else if (isUnreserved(octet)) {
                    path.append(octet);
                } else {
                    path.append(target, i, i + 3);
                }
                i += 2;
            }
        }
        return path.toString();
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    /// RFC 3986, 5.2.4.
    private static String withoutDotSegments(String path) {
        StringBuilder out = new StringBuilder(path.length());
        int at = 0;
        while (at < path.length()) {
            int next = path.indexOf('/', at + 1);
            String segment = path.substring(at, next < 0 ? path.length() : next);
            boolean last = next < 0;
            if (segment.equals("/.")) {
                if (last) {
                    out.append('/');
                }
            } else if (segment.equals("/..")) {
                out.setLength(Math.max(out.lastIndexOf("/"), 0));
                if (last) {
                    out.append('/');
                }
            } else {
                out.append(segment);
            }
            at = last ? path.length() : next;
        }
        return out.isEmpty() ? "/" : out.toString();
    }
}
