package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.Fault;
import dev.meltemi.schemas.compiled.RetryPolicy;
import java.util.EnumSet;
import java.util.HashSet;
import org.jspecify.annotations.Nullable;

/// Reads what a rule says of retries and faults.
final class RouteSettings {
    private RouteSettings() {}

    /// Only attempts given: the default's conditions. A number among the conditions is a status code and adds
    /// `retriable-status-codes`.
    static Retries retries(@Nullable RetryPolicy policy) {
        if (policy == null) {
            return Retries.DEFAULT;
        }
        if (policy.getAttempts() <= 0) {
            return Retries.NONE;
        }
        var on = EnumSet.noneOf(Retries.Condition.class);
        var codes = new HashSet<>(policy.getStatusCodes());
        for (String word : policy.getRetryOn()) {
            if (!word.isBlank() && word.strip().chars().allMatch(c -> c >= '0' && c <= '9')) {
                codes.add(Integer.valueOf(word.strip()));
            } else {
                Retries.Condition.of(word).ifPresent(on::add);
            }
        }
        if (policy.getRetryOn().isEmpty()) {
            on.addAll(Retries.DEFAULT.on());
        }
        if (!codes.isEmpty()) {
            on.add(Retries.Condition.RETRIABLE_STATUS_CODES);
        }
        return new Retries(
                policy.getAttempts(),
                RouteCompiler.nanos(policy.getPerTryTimeoutUs()),
                on,
                codes,
                policy.getBackoffUs() == null
                        ? Retries.DEFAULT_BACKOFF_NANOS
                        : RouteCompiler.nanos(policy.getBackoffUs()),
                policy.getIgnorePreviousHosts() == null || policy.getIgnorePreviousHosts());
    }

    static FaultPlan fault(@Nullable Fault fault) {
        if (fault == null) {
            return FaultPlan.NONE;
        }
        String grpcStatus = fault.getAbortGrpcStatus();
        return new FaultPlan(
                fault.getDelayPercent(),
                RouteCompiler.nanos(fault.getDelayUs()),
                fault.getAbortPercent(),
                fault.getAbortHttpStatus(),
                grpcStatus == null ? "" : grpcStatus);
    }
}
