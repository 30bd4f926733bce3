package dev.meltemi.faults;

import java.time.Duration;

/// How long a row takes: short, as the build runs it, or full, as the fault matrix says.
///
/// @param minutes of the fault in the full form; 0 when the row's own length holds
public record Form(boolean full, double minutes) {
    public static final Form SHORT = new Form(false, 0);

    /// @return the length of this form
    public Duration of(Duration shortly, Duration fully) {
        if (!full) {
            return shortly;
        }
        return minutes > 0 ? Duration.ofMillis((long) (minutes * 60_000)) : fully;
    }

    public int of(int shortly, int fully) {
        return full ? fully : shortly;
    }

    /// Of a phase beside a fault: as long as the fault, and no longer than that.
    public Duration beside(Duration fault, Duration shortly, Duration most) {
        return full ? (fault.compareTo(most) < 0 ? fault : most) : shortly;
    }
}
