package dev.meltemi.admission;

import java.util.Optional;

/// What admission says of itself, for endpoints and tests.
///
/// @param active false: stands by while another process has the role, or reads what it has to know
/// @param lastOffset newest offset of `mesh.config` that was judged, -1 for none
/// @param accepted deletions included; since this process started, as `refused`
/// @param documents in force
/// @param sidecars alive
/// @param alarm why nothing is published any more, and what to do
public record AdmissionHealth(
        boolean active,
        String topicId,
        long lastOffset,
        long accepted,
        long refused,
        int documents,
        int sidecars,
        Optional<String> alarm) {
    static final AdmissionHealth STANDBY = new AdmissionHealth(false, "", -1, 0, 0, 0, 0, Optional.empty());

    AdmissionHealth standingBy() {
        return new AdmissionHealth(false, topicId, lastOffset, accepted, refused, documents, sidecars, alarm);
    }

    /// One more verdict.
    AdmissionHealth judged(boolean wasRefused, String topic, long offset, int nowDocuments, int nowSidecars) {
        return new AdmissionHealth(
                active,
                topic,
                offset,
                accepted + (wasRefused ? 0 : 1),
                refused + (wasRefused ? 1 : 0),
                nowDocuments,
                nowSidecars,
                alarm);
    }
}
