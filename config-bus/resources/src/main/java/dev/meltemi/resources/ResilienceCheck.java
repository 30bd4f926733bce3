package dev.meltemi.resources;

import dev.meltemi.resources.shape.Part;
import java.util.List;
import java.util.Set;

/// What makes `retries` and `fault` valid.
final class ResilienceCheck {
    /// Envoy's conditions for HTTP and gRPC.
    private static final Set<String> RETRY_ON = Set.of(
            "5xx",
            "gateway-error",
            "reset",
            "reset-before-request",
            "connect-failure",
            "retriable-4xx",
            "refused-stream",
            "retriable-status-codes",
            "retriable-headers",
            "envoy-ratelimited",
            "http3-post-connect-failure",
            "cancelled",
            "deadline-exceeded",
            "internal",
            "resource-exhausted",
            "unavailable");

    /// Headers that make an answer retriable can't be named; HTTP/3 isn't spoken.
    private static final Set<String> NEVER_MET = Set.of("retriable-headers", "http3-post-connect-failure");

    private static final Set<String> GRPC_STATUSES = Set.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    private ResilienceCheck() {}

    static void checkRetries(Part retries, Report report) {
        long attempts = retries.whole("attempts");
        if (attempts < 0) {
            report.error(retries.at("attempts"), attempts + ": expected 0 or more");
        }
        if (attempts == 0) {
            for (String field : List.of("perTryTimeout", "retryOn", "retryRemoteLocalities")) {
                if (retries.has(field)) {
                    report.error(retries.at(field), "means nothing without attempts", "set attempts to 1 or more");
                }
            }
        }
        String retryOn = retries.text("retryOn");
        if (!retryOn.isEmpty()) {
            for (String condition : retryOn.split(",", -1)) {
                if (NEVER_MET.contains(condition)) {
                    report.notInForce(retries.at("retryOn"), "nothing meets " + condition + " here");
                } else if (!RETRY_ON.contains(condition) && !isStatus(condition)) {
                    report.error(
                            retries.at("retryOn"),
                            "\"" + condition + "\" is no condition",
                            "write them with commas and without spaces: connect-failure,refused-stream,503");
                }
            }
        }
    }

    /// Whether HTTP has such a status (IANA's list).
    static boolean isStatus(String text) {
        if (text.length() != 3 || text.chars().anyMatch(c -> c < '0' || c > '9')) {
            return false;
        }
        int status = Integer.parseInt(text);
        return (status >= 100 && status <= 103)
                || (status >= 200 && status <= 208)
                || status == 226
                || (status >= 300 && status <= 308 && status != 306)
                || (status >= 400 && status <= 418)
                || (status >= 421 && status <= 431 && status != 427 && status != 430)
                || status == 451
                || (status >= 500 && status <= 511 && status != 509);
    }

    static void checkFault(Part fault, Report report) {
        if (!fault.isPresent()) {
            return;
        }
        Part delay = fault.at("delay");
        Part abort = fault.at("abort");
        if (!delay.isPresent() && !abort.isPresent()) {
            report.error(fault, "injects nothing: give it delay or abort");
        }
        checkDelay(delay, report);
        if (abort.isPresent()) {
            checkAbort(abort, report);
        }
    }

    private static void checkDelay(Part delay, Report report) {
        HttpRouteCheck.checkPercentage(delay.at("percentage"), report);
        if (delay.has("percent")) {
            report.warn(Code.IST0002, delay.at("percent"), "is deprecated: use percentage.value");
        }
        if (delay.isPresent() && !delay.has("fixedDelay")) {
            report.warn(delay, "delays nothing without fixedDelay");
        }
    }

    private static void checkAbort(Part abort, Report report) {
        HttpRouteCheck.checkPercentage(abort.at("percentage"), report);
        long status = abort.whole("httpStatus");
        if (abort.has("httpStatus") && (status < 200 || status > 600)) {
            report.error(abort.at("httpStatus"), status + " can't be answered: expected 200 to 600");
        }
        String grpc = abort.text("grpcStatus");
        if (abort.has("grpcStatus") && !GRPC_STATUSES.contains(grpc)) {
            report.error(abort.at("grpcStatus"), "\"" + grpc + "\" is no gRPC status", "for example UNAVAILABLE");
        }
        if (!abort.has("httpStatus") && !abort.has("grpcStatus")) {
            report.warn(abort, "aborts nothing without httpStatus");
        }
    }
}
