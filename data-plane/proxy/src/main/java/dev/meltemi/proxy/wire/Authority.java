package dev.meltemi.proxy.wire;

/// Host and optional port, as a request may name them (RFC 3986, 3.2).
public final class Authority {
    private Authority() {}

    /// @throws MalformedMessageException for user information, lists, spaces, paths, or a port that is none
    public static void check(String text) {
        if (text.isEmpty() || text.length() > 300) {
            throw new MalformedMessageException(400, "invalid_host");
        }
        int end = text.charAt(0) == '[' ? endOfLiteral(text) : endOfName(text);
        if (end == 0) {
            throw new MalformedMessageException(400, "invalid_host");
        }
        if (end < text.length()) {
            checkPort(text, end);
        }
    }

    private static int endOfName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ':') {
                return i;
            }
            boolean allowed = (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '-'
                    || (c >= 'A' && c <= 'Z')
                    || c == '_'
                    || c == '~';
            if (!allowed) {
                throw new MalformedMessageException(400, "invalid_host");
            }
        }
        return text.length();
    }

    private static int endOfLiteral(String text) {
        int end = text.indexOf(']');
        if (end < 3) {
            throw new MalformedMessageException(400, "invalid_host");
        }
        for (int i = 1; i < end; i++) {
            char c = text.charAt(i);
            if (Character.digit(c, 16) < 0 && c != ':' && c != '.') {
                throw new MalformedMessageException(400, "invalid_host");
            }
        }
        return end + 1;
    }

    private static void checkPort(String text, int colon) {
        int digits = text.length() - colon - 1;
        if (text.charAt(colon) != ':' || digits < 1 || digits > 5) {
            throw new MalformedMessageException(400, "invalid_host");
        }
        int port = 0;
        for (int i = colon + 1; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new MalformedMessageException(400, "invalid_host");
            }
            port = port * 10 + digit;
        }
        if (port > 65535) {
            throw new MalformedMessageException(400, "invalid_host");
        }
    }

    /// The port that it names, or -1.
    public static int port(String authority) {
        int colon = authority.lastIndexOf(':');
        if (colon < 0 || authority.indexOf(']', colon) >= 0) {
            return -1;
        }
        int port = 0;
        for (int i = colon + 1; i < authority.length(); i++) {
            port = port * 10 + (authority.charAt(i) - '0');
        }
        return port;
    }
}
