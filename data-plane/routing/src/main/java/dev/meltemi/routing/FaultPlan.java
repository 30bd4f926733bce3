package dev.meltemi.routing;

/// Faults that a rule orders, drawn for each request.
///
/// @param delayPercent 0 to 100
/// @param abortStatus HTTP status
public record FaultPlan(double delayPercent, long delayNanos, double abortPercent, int abortStatus) {
    public static final FaultPlan NONE = new FaultPlan(0, 0, 0, 0);
}
