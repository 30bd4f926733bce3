package dev.meltemi.admission;

import dev.meltemi.schemas.ConfigStatus;
import java.util.Optional;

/// What admission knows of one key: the version in force, and what people were told last.
record Known(Optional<Version> inForce, Optional<ConfigStatus> status) {
    static final Known NOTHING = new Known(Optional.empty(), Optional.empty());

    /// Offset of the newest record of this key that was judged, -1 for none.
    long observed() {
        return status.map(ConfigStatus::observedOffset)
                .or(() -> inForce.map(Version::offset))
                .orElse(-1L);
    }

    /// Offset of what sidecars are to run: the version in force, or its deletion; -1 when nothing was ever accepted.
    long accepted() {
        return inForce.map(Version::offset)
                .or(() -> status.map(ConfigStatus::lastAcceptedOffset))
                .orElse(-1L);
    }
}
