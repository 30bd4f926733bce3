package dev.meltemi.conformance;

import java.util.List;
import java.util.Map;

/// How an answer ended, in gRPC's words.
final class GrpcStatus {
    /// By number (grpc/doc/statuscodes).
    private static final List<String> WORDS = List.of(
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

    /// What a status without a gRPC status means to a gRPC client (gRPC's http-grpc-status-mapping).
    private static final Map<Integer, String> BY_HTTP = Map.of(
            200, "OK",
            400, "INTERNAL",
            401, "UNAUTHENTICATED",
            403, "PERMISSION_DENIED",
            404, "UNIMPLEMENTED",
            429, "UNAVAILABLE",
            502, "UNAVAILABLE",
            503, "UNAVAILABLE",
            504, "UNAVAILABLE");

    private GrpcStatus() {}

    static String ofHttp(int status) {
        return BY_HTTP.getOrDefault(status, "UNKNOWN");
    }

    /// @param said `grpc-status`; empty when there was none
    static String of(int status, String said) {
        return said.matches("[0-9]|1[0-6]")
                ? WORDS.get(Integer.parseInt(said))
                : said.isEmpty() ? ofHttp(status) : said;
    }
}
