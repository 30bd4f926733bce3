package dev.meltemi.cli;

import dev.meltemi.cli.MeshPicture.Beat;
import dev.meltemi.schemas.Revision;
import dev.meltemi.schemas.fleet.Heartbeat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// How many sidecars run what was accepted at an offset. Counts those whose heartbeat is younger than three intervals;
/// a draining one is on its way out and no longer counts.
///
/// @param laggards one line each, ready to print
record Fleet(int applied, int of, List<String> laggards) {
    static final Duration INTERVAL = Duration.ofSeconds(5);
    static final Duration ALIVE = INTERVAL.multipliedBy(3);
    /// Silent for that long: forgotten, not even a laggard.
    private static final Duration MOURNED = Duration.ofMinutes(5);

    static Fleet at(Collection<Beat> beats, String topicId, long offset, Instant now) {
        int applied = 0;
        int of = 0;
        var laggards = new ArrayList<String>();
        for (Beat beat : beats) {
            Heartbeat heartbeat = beat.heartbeat();
            Duration age = Duration.between(beat.at().brokerTime(), now);
            if (heartbeat.getDraining() || age.compareTo(MOURNED) > 0) {
                continue;
            }
            boolean alive = age.compareTo(ALIVE) <= 0;
            boolean runsIt = revision(heartbeat).includes(topicId, offset);
            of += alive ? 1 : 0;
            applied += alive && runsIt ? 1 : 0;
            if (!alive || !runsIt) {
                laggards.add(laggard(heartbeat, age, alive));
            }
        }
        return new Fleet(applied, of, List.copyOf(laggards));
    }

    static Revision revision(Heartbeat heartbeat) {
        return new Revision(heartbeat.getTopicId(), heartbeat.getConfigOffset(), heartbeat.getSequence());
    }

    /// 0 of 0 is not applied.
    boolean everywhere() {
        return of > 0 && applied == of;
    }

    private static String laggard(Heartbeat heartbeat, Duration age, boolean alive) {
        String stands = heartbeat.getTopicId().isEmpty()
                ? "runs nothing yet"
                : "still at " + heartbeat.getConfigOffset() + (heartbeat.getStale() ? " from its file" : "");
        String why = !alive
                ? " (no heartbeat for " + DurationText.of(age) + ")"
                : heartbeat.getRefusals().isEmpty() ? "" : " (" + String.join("; ", heartbeat.getRefusals()) + ")";
        return "sidecar " + heartbeat.getWorkload() + "." + heartbeat.getNamespace() + " " + stands + why;
    }
}
