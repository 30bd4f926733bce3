package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.Locale;
import java.util.Set;

/// What may be a header's name and value (RFC 9110 section 5, and Envoy's `%VARIABLE%` in values).
final class HeaderSyntax {
    private static final String TOKEN_SYMBOLS = "!#$%&'*+-.^_`|~";

    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "connection");

    private HeaderSyntax() {}

    static boolean isToken(String name) {
        return !name.isEmpty()
                && name.chars().allMatch(c -> Names.isAlphanumeric(c) || TOKEN_SYMBOLS.indexOf((char) c) >= 0);
    }

    /// Whether it says where a message ends.
    static boolean isFraming(String name) {
        return FRAMING.contains(name.toLowerCase(Locale.ROOT));
    }

    /// Names of headers that `set`, `add` and `remove` change.
    static void checkOperations(Part headers, Report report) {
        checkEdits(headers.at("request"), true, report);
        checkEdits(headers.at("response"), false, report);
    }

    private static void checkEdits(Part edits, boolean request, Report report) {
        for (String operation : new String[] {"set", "add"}) {
            edits.at(operation).fields().forEach((name, value) -> {
                checkOperation(name, value, request, report);
                checkValue(value, report);
            });
        }
        edits.items("remove").forEach(item -> checkOperation(item.text(), item, false, report));
    }

    private static void checkOperation(String name, Part at, boolean authorityAllowed, Report report) {
        boolean authority = name.equalsIgnoreCase("host") || name.equals(":authority");
        if (name.isEmpty()) {
            report.error(at, "a header has a name");
        } else if ((name.startsWith(":") || authority) && !(authority && authorityAllowed)) {
            report.error(
                    at,
                    "\"" + name + "\" can't be changed here",
                    "set :authority of the request, or use rewrite for its path");
        } else if (!authority && !isToken(name)) {
            report.error(at, "\"" + name + "\" is no header name");
        }
    }

    private static void checkValue(Part value, Report report) {
        String text = value.text();
        if (text.chars().anyMatch(c -> (c < 0x20 && c != '\t') || c == 0x7f)) {
            report.error(value, "a header's value has no control characters");
        } else if (!isFormat(text)) {
            report.error(value, "a % stands alone or is unbalanced", "write %% for a percent sign, or %VARIABLE%");
        }
    }

    /// Literals, `%%`, `%NAME%` and `%NAME(arguments)%`, the last perhaps with `:length`.
    private static boolean isFormat(String text) {
        int at = text.indexOf('%');
        while (at >= 0) {
            int end = text.startsWith("%%", at) ? at + 1 : endOfVariable(text, at + 1);
            if (end < 0) {
                return false;
            }
            at = text.indexOf('%', end + 1);
        }
        return true;
    }

    /// Index of the closing `%`, -1 without.
    private static int endOfVariable(String text, int begin) {
        int i = begin;
        while (i < text.length() && (Names.isAlphanumeric(text.charAt(i)) || text.charAt(i) == '_')) {
            i++;
        }
        if (i < text.length() && text.charAt(i) == '(') {
            i = text.indexOf(')', i) + 1;
            if (i == 0) {
                return -1;
            }
        }
        if (i < text.length() && text.charAt(i) == ':') {
            i++;
            while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
                i++;
            }
        }
        return i > begin && i < text.length() && text.charAt(i) == '%' ? i : -1;
    }
}
