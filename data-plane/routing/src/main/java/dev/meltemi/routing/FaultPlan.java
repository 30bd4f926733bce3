package dev.meltemi.routing;

/// Faults that a rule orders, drawn for each request, on the caller's side and before timeouts and retries begin.
///
/// @param delayPercent 0 to 100
/// @param abortPercent 0 to 100
/// @param abortStatus HTTP status, 0 when the abort is by gRPC status
/// @param abortGrpcStatus name of a gRPC status (`UNAVAILABLE`), empty when the abort is by HTTP status
public record FaultPlan(
        double delayPercent, long delayNanos, double abortPercent, int abortStatus, String abortGrpcStatus) {
    public static final FaultPlan NONE = new FaultPlan(0, 0, 0, 0, "");

    /// The HTTP status with which a caller that doesn't speak gRPC sees the abort; 0: there is none.
    public int httpStatus() {
        return abortGrpcStatus.isEmpty()
                ? abortStatus
                : GrpcStatus.named(abortGrpcStatus).httpStatus();
    }
}
