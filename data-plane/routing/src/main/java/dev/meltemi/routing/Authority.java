package dev.meltemi.routing;

import java.util.Locale;

/// An authority taken apart.
///
/// @param host in lower case, without brackets and without a trailing dot
/// @param port 80 when none was given, -1 when what was given is no port
record Authority(String host, int port) {
    private static final int HTTP = 80;

    static Authority of(String text) {
        int bracket = text.lastIndexOf(']');
        int colon = text.indexOf(':', bracket + 1);
        int port = colon < 0 ? HTTP : port(text, colon + 1);
        String host = colon < 0 ? text : text.substring(0, colon);
        if (bracket >= 0) {
            host = text.startsWith("[") ? text.substring(1, bracket) : "";
        }
        String lower = host.toLowerCase(Locale.ROOT);
        return new Authority(lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower, port);
    }

    private static int port(String text, int from) {
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || port > 65_535) {
                return -1;
            }
            port = port * 10 + digit;
        }
        return from == text.length() || port == 0 || port > 65_535 ? -1 : port;
    }
}
