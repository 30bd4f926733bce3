package dev.meltemi.resources;

import dev.meltemi.resources.shape.Durations;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// What callers ask of each endpoint, and how often: one line such as `http path=/healthz interval=5s`.
///
/// @param path of HTTP
/// @param host of HTTP, empty for the service's
/// @param service of gRPC
/// @param healthy answers in a row that make an endpoint well again
/// @param unhealthy failures in a row
public record HealthCheck(
        Kind kind,
        String path,
        String host,
        String service,
        Duration interval,
        Duration timeout,
        int healthy,
        int unhealthy) {
    private static final Set<String> WORDS =
            Set.of("path", "host", "service", "interval", "timeout", "healthy", "unhealthy");

    /// More often than that a check is a load.
    private static final Duration SHORTEST = Duration.ofMillis(100);

    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int MOST_IN_A_ROW = 100;

    public enum Kind {
        HTTP,
        TCP,
        GRPC
    }

    /// @throws IllegalArgumentException that says what isn't right, and what is expected
    static HealthCheck parse(String line) {
        String[] words = line.strip().split("\\s+", -1);
        Kind kind = switch (words[0]) {
            case "http" -> Kind.HTTP;
            case "tcp" -> Kind.TCP;
            case "grpc" -> Kind.GRPC;
            default -> throw new IllegalArgumentException("\"" + words[0] + "\": expected http, tcp or grpc first");
        };
        Map<String, String> said = new LinkedHashMap<>();
        for (int i = 1; i < words.length; i++) {
            String[] pair = words[i].split("=", 2);
            if (pair.length < 2 || !WORDS.contains(pair[0])) {
                throw new IllegalArgumentException("\"" + words[i] + "\": expected NAME=VALUE with path, host, service,"
                        + " interval, timeout, healthy or unhealthy");
            }
            if (said.put(pair[0], pair[1]) != null) {
                throw new IllegalArgumentException(pair[0] + " is there twice");
            }
        }
        refuseUnless(kind == Kind.HTTP, said, "path", "http");
        refuseUnless(kind == Kind.HTTP, said, "host", "http");
        refuseUnless(kind == Kind.GRPC, said, "service", "grpc");
        String path = said.getOrDefault("path", "/");
        if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c >= 127)) {
            throw new IllegalArgumentException("path=" + path + ": expected a path that begins with /");
        }
        Duration interval = duration(said, "interval", Duration.ofSeconds(10));
        Duration timeout = duration(
                said, "timeout", interval.compareTo(Duration.ofSeconds(1)) < 0 ? interval : Duration.ofSeconds(1));
        if (timeout.compareTo(interval) > 0) {
            throw new IllegalArgumentException("timeout is longer than interval");
        }
        return new HealthCheck(
                kind,
                path,
                said.getOrDefault("host", ""),
                said.getOrDefault("service", ""),
                interval,
                timeout,
                count(said, "healthy", 2),
                count(said, "unhealthy", 3));
    }

    private static void refuseUnless(boolean fits, Map<String, String> said, String word, String kind) {
        if (!fits && said.containsKey(word)) {
            throw new IllegalArgumentException(word + " is for " + kind);
        }
    }

    private static Duration duration(Map<String, String> said, String word, Duration otherwise) {
        String text = said.get(word);
        if (text == null) {
            return otherwise;
        }
        return Durations.parse(text)
                .filter(time -> time.compareTo(SHORTEST) >= 0 && time.compareTo(LONGEST) <= 0)
                .orElseThrow(() -> new IllegalArgumentException(
                        word + "=" + text + ": expected a duration from 100ms to 1h, such as 5s"));
    }

    private static int count(Map<String, String> said, String word, int otherwise) {
        String text = said.get(word);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[1-9][0-9]{0,2}") || Integer.parseInt(text) > MOST_IN_A_ROW) {
            throw new IllegalArgumentException(word + "=" + text + ": expected 1 to " + MOST_IN_A_ROW);
        }
        return Integer.parseInt(text);
    }
}
