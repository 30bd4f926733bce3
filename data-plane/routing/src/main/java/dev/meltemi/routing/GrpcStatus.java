package dev.meltemi.routing;

/// gRPC's statuses, and the HTTP statuses that stand for them where gRPC isn't spoken (`google/rpc/code.proto`).
public enum GrpcStatus {
    OK(0, 200),
    CANCELLED(1, 499),
    UNKNOWN(2, 500),
    INVALID_ARGUMENT(3, 400),
    DEADLINE_EXCEEDED(4, 504),
    NOT_FOUND(5, 404),
    ALREADY_EXISTS(6, 409),
    PERMISSION_DENIED(7, 403),
    RESOURCE_EXHAUSTED(8, 429),
    FAILED_PRECONDITION(9, 400),
    ABORTED(10, 409),
    OUT_OF_RANGE(11, 400),
    UNIMPLEMENTED(12, 501),
    INTERNAL(13, 500),
    UNAVAILABLE(14, 503),
    DATA_LOSS(15, 500),
    UNAUTHENTICATED(16, 401);

    private final int number;
    private final int httpStatus;

    GrpcStatus(int number, int httpStatus) {
        this.number = number;
        this.httpStatus = httpStatus;
    }

    /// @return UNKNOWN for a name that isn't among them: a newer release may know more
    public static GrpcStatus named(String name) {
        for (GrpcStatus status : values()) {
            if (status.name().equals(name)) {
                return status;
            }
        }
        return UNKNOWN;
    }

    /// What an answer that isn't gRPC's own means to a caller that speaks gRPC (its `http-grpc-status-mapping.md`, as
    /// in Envoy).
    public static GrpcStatus ofAnswer(int httpStatus) {
        return switch (httpStatus) {
            case 400 -> INTERNAL;
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 404 -> UNIMPLEMENTED;
            case 429, 502, 503, 504 -> UNAVAILABLE;
            default -> UNKNOWN;
        };
    }

    public int httpStatus() {
        return httpStatus;
    }

    /// As it goes over the wire.
    public int number() {
        return number;
    }
}
