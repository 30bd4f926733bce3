package dev.meltemi.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.InstantSource;

/// Waits until every living sidecar says that it runs an offset, and tells how it went. Counts the heartbeats
/// themselves: the status on the bus follows them at most twice a second.
record AppliedReport(MeshWatch watch, String name, String topicId, long offset, InstantSource clock) {
    int await(Duration within, long startedNanos, PrintWriter out, PrintWriter err) {
        boolean applied = watch.await(now -> fleet(now).everywhere(), within);
        long took = (System.nanoTime() - startedNanos) / 1_000_000;
        Fleet fleet = watch.read(this::fleet);
        if (applied) {
            out.println(name + " applied on " + fleet.applied() + "/" + fleet.of() + " sidecars in " + took
                    + " ms (offset " + offset + ")");
            return ExitCode.OK;
        }
        err.println(name + " applied on " + fleet.applied() + "/" + fleet.of() + " sidecars after "
                + DurationText.of(within) + " (offset " + offset + ")");
        if (fleet.of() == 0) {
            err.println("  no sidecar sends heartbeats; `meltemi proxy-status` shows who did");
        }
        fleet.laggards().forEach(laggard -> err.println("  " + laggard));
        return ExitCode.TIMEOUT;
    }

    private Fleet fleet(MeshPicture now) {
        return Fleet.at(now.beats.values(), topicId, offset, now.reference(clock.instant()));
    }
}
