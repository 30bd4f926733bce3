package dev.meltemi.admission;

import dev.meltemi.schemas.Topic;
import java.time.Duration;

/// @param topicPrefix names `mesh.config` in the headers of what is refused
/// @param lease a sidecar counts until it was silent for so long: three intervals of heartbeats
/// @param tick how often counts that couldn't be written at once are looked at again
/// @param deletedShown how long the status of a deletion stays after every sidecar has applied it
/// @param pause before beginning again after a failure
public record AdmissionSettings(
        String topicPrefix, Duration lease, Duration tick, Duration deletedShown, Duration pause) {
    public static final AdmissionSettings DEFAULT = new AdmissionSettings(
            Topic.DEFAULT_PREFIX,
            Duration.ofSeconds(15),
            Duration.ofMillis(250),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1));
}
