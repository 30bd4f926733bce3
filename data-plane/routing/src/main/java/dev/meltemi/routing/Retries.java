package dev.meltemi.routing;

import java.util.Set;

/// When and how often to try again.
///
/// @param attempts retries after the first try; 0: none
/// @param perTryTimeoutNanos 0: none
/// @param statusCodes codes that are retried when the conditions say `retriable-status-codes`
/// @param backoffBaseNanos base of the jittered exponential back-off, at most ten times it
public record Retries(
        int attempts, long perTryTimeoutNanos, Set<Condition> on, Set<Integer> statusCodes, long backoffBaseNanos) {
    /// Istio's default: twice, only where the request can't have reached an application.
    public static final Retries DEFAULT = new Retries(
            2,
            0,
            Set.of(Condition.CONNECT_FAILURE, Condition.REFUSED_STREAM, Condition.UNAVAILABLE, Condition.CANCELLED),
            Set.of(),
            25_000_000L);

    public static final Retries NONE = new Retries(0, 0, Set.of(), Set.of(), 25_000_000L);

    /// Envoy's conditions, as far as HTTP/1.1 can meet them.
    public enum Condition {
        CONNECT_FAILURE,
        REFUSED_STREAM,
        RESET,
        RESET_BEFORE_REQUEST,
        GATEWAY_ERROR,
        FIVE_XX,
        RETRIABLE_4XX,
        RETRIABLE_STATUS_CODES,
        UNAVAILABLE,
        CANCELLED
    }

    public Retries {
        on = Set.copyOf(on);
        statusCodes = Set.copyOf(statusCodes);
    }
}
