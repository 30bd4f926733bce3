package dev.meltemi.resources.shape;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/// Durations as Go and so Istio writes them: `1h30m`, `1.5s`, `100ms`, `0`.
public final class Durations {
    /// About 292 years, what fits into nanoseconds.
    private static final BigDecimal MAX_NANOS = BigDecimal.valueOf(Long.MAX_VALUE);

    private static final int MAX_LENGTH = 40;

    private Durations() {}

    /// Empty when it isn't a duration.
    public static Optional<Duration> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        boolean negative = text.startsWith("-");
        int at = negative || text.startsWith("+") ? 1 : 0;
        if (at == text.length() || text.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        BigDecimal nanos = BigDecimal.ZERO;
        while (at < text.length()) {
            int unit = skip(text, at, true);
            int next = skip(text, unit, false);
            Optional<BigDecimal> part = part(text.substring(at, unit), text.substring(unit, next));
            if (part.isEmpty()) {
                return Optional.empty();
            }
            nanos = nanos.add(part.get());
            at = next;
        }
        if (nanos.compareTo(MAX_NANOS) > 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(negative ? -nanos.longValue() : nanos.longValue()));
    }

    private static Optional<BigDecimal> part(String amount, String unit) {
        long nanos = switch (unit) {
            case "ns" -> 1L;
            case "us", "µs", "μs" -> 1_000L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 0L;
        };
        boolean number = !amount.isEmpty() && !amount.equals(".") && amount.indexOf('.') == amount.lastIndexOf('.');
        return nanos > 0 && number
                ? Optional.of(new BigDecimal(amount).multiply(BigDecimal.valueOf(nanos)))
                : Optional.empty();
    }

    private static int skip(String text, int from, boolean number) {
        int i = from;
        while (i < text.length() && isNumeric(text.charAt(i)) == number) {
            i++;
        }
        return i;
    }

    private static boolean isNumeric(char c) {
        return (c >= '0' && c <= '9') || c == '.';
    }
}
