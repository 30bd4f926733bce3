package dev.meltemi.resources;

import java.util.regex.Pattern;

/// How large a regular expression becomes when it is compiled, roughly in instructions. Counted repeats are written
/// out, so nested ones multiply: `((a{1,100}){1,100}){1,100}` has 26 characters and a million instructions. RE2 in C++
/// and Go refuses that; RE2/J compiles it until the heap is full.
final class RegexSize {
    private static final Pattern REPEAT = Pattern.compile("\\{(\\d{1,6})(,(\\d{1,6})?)?}");
    /// So that products of products stay numbers.
    private static final long MOST = 1L << 40;

    private final String text;
    private int at;

    private RegexSize(String text) {
        this.text = text;
    }

    /// Never fails: what is no expression has some size, too.
    static long of(String regex) {
        var size = new RegexSize(regex);
        long all = 0;
        while (size.at < regex.length()) {
            all += size.sequence();
            size.at++;
        }
        return all;
    }

    /// Up to the end of the group or the text.
    private long sequence() {
        long done = 0;
        long last = 0;
        while (at < text.length() && text.charAt(at) != ')') {
            long times = times();
            if (times >= 0) {
                last = Math.min(MOST, last * Math.max(1, times));
            } else {
                done = Math.min(MOST, done + last);
                last = atom();
            }
        }
        return Math.min(MOST, done + last);
    }

    /// @return -1 when no counted repeat stands here
    private long times() {
        var repeat = REPEAT.matcher(text).region(at, text.length());
        if (!repeat.lookingAt()) {
            return -1;
        }
        at = repeat.end();
        long least = Long.parseLong(repeat.group(1));
        return repeat.group(3) == null ? least : Math.max(least, Long.parseLong(repeat.group(3)));
    }

    private long atom() {
        char c = text.charAt(at++);
        switch (c) {
            case '\\' -> escaped();
            case '[' -> characterClass();
            case '(' -> {
                long inside = sequence();
                at++;
                return inside + 1;
            }
            default -> {}
        }
        return 1;
    }

    /// `\p{Greek}` and `\x{10FFFF}` have braces that repeat nothing.
    private void escaped() {
        char what = at < text.length() ? text.charAt(at++) : ' ';
        if ((what == 'p' || what == 'P' || what == 'x') && at < text.length() && text.charAt(at) == '{') {
            int end = text.indexOf('}', at);
            at = end < 0 ? text.length() : end + 1;
        }
    }

    private void characterClass() {
        int first = at < text.length() && text.charAt(at) == '^' ? at + 1 : at;
        at = first;
        while (at < text.length() && (text.charAt(at) != ']' || at == first)) {
            if (text.startsWith("[:", at) && text.indexOf(":]", at) > 0) {
                at = text.indexOf(":]", at) + 1;
            }
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }
}
