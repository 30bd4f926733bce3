package dev.meltemi.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// Messages as lines of data, in Java escapes and these: `\xHH` an octet, `\*{N}c` so many of a character, and
/// `\[00-08,7f]` each of these octets, one message for each.
final class Corpus {
    private Corpus() {}

    static Stream<String> lines(String name) {
        try (InputStream in = Objects.requireNonNull(Corpus.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("# "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<String> messages(String escaped) {
        List<StringBuilder> all = new ArrayList<>(List.of(new StringBuilder()));
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '\\') {
                append(all, c);
                continue;
            }
            char kind = escaped.charAt(++i);
            switch (kind) {
                case 'r' -> append(all, '\r');
                case 'n' -> append(all, '\n');
                case 't' -> append(all, '\t');
                case '\\' -> append(all, '\\');
                case 'x' -> {
                    append(all, (char) Integer.parseInt(escaped, i + 1, i + 3, 16));
                    i += 2;
                }
                case '*' -> {
                    int end = escaped.indexOf('}', i);
                    String times = escaped.substring(i + 2, end);
                    i = end + 1;
                    String repeated = String.valueOf(escaped.charAt(i)).repeat(Integer.parseInt(times));
                    all.forEach(text -> text.append(repeated));
                }
                case '[' -> {
                    int end = escaped.indexOf(']', i);
                    all = each(all, octets(escaped.substring(i + 1, end)));
                    i = end;
                }
                default -> throw new IllegalArgumentException("unknown escape in " + escaped);
            }
        }
        return all.stream().map(StringBuilder::toString).toList();
    }

    /// For an assertion's description.
    static String shown(String message) {
        return message.length() > 300
                ? shown(message.substring(0, 300)) + "…"
                : message.replaceAll("[^ -~]", "?").replace("%", "%%");
    }

    private static void append(List<StringBuilder> all, char c) {
        all.forEach(text -> text.append(c));
    }

    private static List<StringBuilder> each(List<StringBuilder> all, List<Character> octets) {
        List<StringBuilder> more = new ArrayList<>();
        for (StringBuilder text : all) {
            for (char octet : octets) {
                more.add(new StringBuilder(text).append(octet));
            }
        }
        return more;
    }

    private static List<Character> octets(String ranges) {
        List<Character> octets = new ArrayList<>();
        for (String range : ranges.split(",", -1)) {
            int first = Integer.parseInt(range.substring(0, 2), 16);
            int last = Integer.parseInt(range.substring(range.length() - 2), 16);
            for (int octet = first; octet <= last; octet++) {
                octets.add((char) octet);
            }
        }
        return octets;
    }
}
