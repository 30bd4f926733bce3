package dev.meltemi.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How long a gRPC caller waits, as it says in `grpc-timeout` (gRPC over HTTP/2, "Timeout"). As Istio sets Envoy's
/// `max_grpc_timeout` to the route's time-out: the shorter of the two counts, and the endpoint hears of it.
final class GrpcTimeout {
    private static final AsciiString NAME = AsciiString.cached("grpc-timeout");
    private static final int MOST_DIGITS = 8;
    private static final long MOST = 99_999_999;

    private GrpcTimeout() {}

    /// @param routeNanos 0: the route has none
    /// @return 0: nobody set a limit
    static long effective(Exchange exchange, long routeNanos) {
        HttpHeaders headers = exchange.headers;
        String asked = headers.get(NAME);
        if ((asked == null && routeNanos == 0) || !GrpcAnswer.isAskedFor(exchange)) {
            return routeNanos;
        }
        long nanos = asked == null ? 0 : nanos(asked);
        if (routeNanos > 0 && (nanos == 0 || routeNanos < nanos)) {
            long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(routeNanos));
            headers.set(NAME, Math.min(millis, MOST) + "m");
            return routeNanos;
        }
        return nanos;
    }

    /// Up to eight digits and a unit; 0 for what isn't that, which Envoy also takes for no limit.
    static long nanos(String text) {
        int digits = text.length() - 1;
        TimeUnit unit = digits < 1 || digits > MOST_DIGITS ? null : unit(text.charAt(digits));
        if (unit == null) {
            return 0;
        }
        long amount = 0;
        for (int i = 0; i < digits; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            amount = amount * 10 + digit;
        }
        return Math.min(unit.toNanos(amount), Duration.ofDays(365).toNanos());
    }

    private static @Nullable TimeUnit unit(char letter) {
        return switch (letter) {
            case 'H' -> TimeUnit.HOURS;
            case 'M' -> TimeUnit.MINUTES;
            case 'S' -> TimeUnit.SECONDS;
            case 'm' -> TimeUnit.MILLISECONDS;
            case 'u' -> TimeUnit.MICROSECONDS;
            case 'n' -> TimeUnit.NANOSECONDS;
            default -> null;
        };
    }
}
