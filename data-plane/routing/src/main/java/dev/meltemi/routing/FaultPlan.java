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

    /// Share of requests to abort with an HTTP status. An abort by gRPC status says nothing to a caller that speaks
    /// plain HTTP, so none is made.
    public double httpAbortPercent() {
        return abortStatus == 0 ? 0 : abortPercent;
    }
}
