package dev.meltemi.resources;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// Faults that a rule orders on the caller's side, before timeout and retries.
public record Fault(Optional<Delay> delay, Optional<Abort> abort) {
    /// @param percent of requests, 0 to 100; 0 when the document gives none, as in Istio
    public record Delay(double percent, Duration fixed) {}

    /// Either status is present, or neither when the document leaves both out.
    ///
    /// @param percent as for a delay
    /// @param grpcStatus in upper case: `UNAVAILABLE`
    public record Abort(double percent, OptionalInt httpStatus, Optional<String> grpcStatus) {}
}
