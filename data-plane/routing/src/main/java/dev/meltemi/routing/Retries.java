package dev.meltemi.routing;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// When and how often to try again.
///
/// @param attempts retries after the first try; 0: none
/// @param perTryTimeoutNanos 0: none
/// @param statusCodes codes that are retried when the conditions say `retriable-status-codes`
/// @param backoffBaseNanos base of the jittered exponential back-off, at most ten times it
/// @param elsewhere whether a retry avoids the endpoints that failed
public record Retries(
        int attempts,
        long perTryTimeoutNanos,
        Set<Condition> on,
        Set<Integer> statusCodes,
        long backoffBaseNanos,
        boolean elsewhere) {
    /// Envoy's base interval.
    static final long DEFAULT_BACKOFF_NANOS = 25_000_000L;

    /// Istio's default (`route/retry/retry.go`): twice, only where the request can't have reached an application; the
    /// list of status codes is empty since 503 left it.
    public static final Retries DEFAULT = new Retries(
            2,
            0,
            Set.of(
                    Condition.CONNECT_FAILURE,
                    Condition.REFUSED_STREAM,
                    Condition.UNAVAILABLE,
                    Condition.CANCELLED,
                    Condition.RETRIABLE_STATUS_CODES),
            Set.of(),
            DEFAULT_BACKOFF_NANOS,
            true);

    public static final Retries NONE = new Retries(0, 0, Set.of(), Set.of(), DEFAULT_BACKOFF_NANOS, true);

    /// Envoy's conditions. Nothing meets `retriable-headers`, for which Istio has no way to name a header, nor
    /// `http3-post-connect-failure`.
    public enum Condition {
        CONNECT_FAILURE("connect-failure"),
        REFUSED_STREAM("refused-stream"),
        RESET("reset"),
        RESET_BEFORE_REQUEST("reset-before-request"),
        GATEWAY_ERROR("gateway-error"),
        FIVE_XX("5xx"),
        RETRIABLE_4XX("retriable-4xx"),
        RETRIABLE_STATUS_CODES("retriable-status-codes"),
        RETRIABLE_HEADERS("retriable-headers"),
        ENVOY_RATELIMITED("envoy-ratelimited"),
        HTTP3_POST_CONNECT_FAILURE("http3-post-connect-failure"),
        UNAVAILABLE("unavailable"),
        CANCELLED("cancelled"),
        DEADLINE_EXCEEDED("deadline-exceeded"),
        INTERNAL("internal"),
        RESOURCE_EXHAUSTED("resource-exhausted");

        private final String word;

        Condition(String word) {
            this.word = word;
        }

        /// Envoy's word in `retryOn`.
        public String word() {
            return word;
        }

        static Optional<Condition> of(String word) {
            String wanted = word.strip().toLowerCase(Locale.ROOT);
            for (Condition condition : values()) {
                if (condition.word.equals(wanted)) {
                    return Optional.of(condition);
                }
            }
            return Optional.empty();
        }
    }

    public Retries {
        on = Set.copyOf(on);
        statusCodes = Set.copyOf(statusCodes);
    }
}
