package dev.meltemi.resources.shape;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/// Numbers as YAML 1.2 writes them, without its octal and hexadecimal forms.
final class Numbers {
    private Numbers() {}

    static OptionalLong whole(String text) {
        int digits = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        if (text.length() == digits || text.length() - digits > 18) {
            return OptionalLong.empty();
        }
        for (int i = digits; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(Long.parseLong(text));
    }

    static OptionalDouble decimal(String text) {
        if (!looksLikeNumber(text) || text.length() > 40) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(Double.parseDouble(text));
    }

    /// Whether YAML reads unquoted text as a number, so that Kubernetes would refuse it where text belongs.
    static boolean looksLikeNumber(String text) {
        int i = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        int before = skipDigits(text, i);
        int after = before < text.length() && text.charAt(before) == '.' ? skipDigits(text, before + 1) : before;
        boolean digits = before > i || after > before + 1;
        if (!digits || after == text.length()) {
            return digits;
        }
        if (text.charAt(after) != 'e' && text.charAt(after) != 'E') {
            return false;
        }
        int exponent = after + 1;
        if (exponent < text.length() && (text.charAt(exponent) == '-' || text.charAt(exponent) == '+')) {
            exponent++;
        }
        return exponent < text.length() && skipDigits(text, exponent) == text.length();
    }

    private static int skipDigits(String text, int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i;
    }
}
