package dev.meltemi.proxy.wire;

/// A path as everybody after us may judge it: Istio's BASE normalisation. Dot segments removed, `\` read as `/`,
/// percent-encoded unreserved characters decoded; slashes aren't merged and `%2F` stays.
public final class NormalizedPath {
    private NormalizedPath() {}

    /// @param target path with query; the query stays as it is
    /// @return the same object when there was nothing to do
    /// @throws MalformedMessageException for a broken percent-encoding
    public static String of(String target) {
        int end = target.indexOf('?');
        if (end < 0) {
            end = target.length();
        }
        if (isNormal(target, end)) {
            return target;
        }
        String decoded = decodeUnreserved(target, end);
        String path = decoded.contains("/.") ? withoutDotSegments(decoded) : decoded;
        return end == target.length() ? path : path + target.substring(end);
    }

    private static boolean isNormal(String target, int end) {
        for (int i = 0; i < end; i++) {
            char c = target.charAt(i);
            if (c == '%' || c == '\\' || (c == '.' && i > 0 && target.charAt(i - 1) == '/')) {
                return false;
            }
        }
        return true;
    }

    private static String decodeUnreserved(String target, int end) {
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
                if (isUnreserved(octet)) {
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
