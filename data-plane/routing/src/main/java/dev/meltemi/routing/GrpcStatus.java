package dev.meltemi.routing;

/// gRPC's statuses, and the HTTP statuses that stand for them where gRPC isn't spoken (`google/rpc/code.proto`).
public enum GrpcStatus {
    OK(200),
    CANCELLED(499),
    UNKNOWN(500),
    INVALID_ARGUMENT(400),
    DEADLINE_EXCEEDED(504),
    NOT_FOUND(404),
    ALREADY_EXISTS(409),
    PERMISSION_DENIED(403),
    RESOURCE_EXHAUSTED(429),
    FAILED_PRECONDITION(400),
    ABORTED(409),
    OUT_OF_RANGE(400),
    UNIMPLEMENTED(501),
    INTERNAL(500),
    UNAVAILABLE(503),
    DATA_LOSS(500),
    UNAUTHENTICATED(401);

    private final int httpStatus;

    GrpcStatus(int httpStatus) {
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

    public int httpStatus() {
        return httpStatus;
    }

    /// As it goes over the wire: these stand in the order of their numbers.
    public int number() {
        return ordinal();
    }
}
