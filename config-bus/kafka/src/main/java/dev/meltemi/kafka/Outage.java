package dev.meltemi.kafka;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the broker answers, told once when that changes: a thousand failed attempts are one outage.
public final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);
    private final String bootstrapServers;
    private final InstantSource clock;
    private @Nullable Instant since;

    Outage(String bootstrapServers, InstantSource clock) {
        this.bootstrapServers = bootstrapServers;
        this.clock = clock;
    }

    public synchronized boolean lasts() {
        return since != null;
    }

    synchronized void begins(String why) {
        if (since == null) {
            since = clock.instant();
            LOG.warn(
                    "bus=lost broker={} reason=\"{}\"; what is known stays in force, trying again",
                    bootstrapServers,
                    why);
        }
    }

    synchronized void ends() {
        if (since != null) {
            LOG.info("bus=back broker={} after={}", bootstrapServers, Duration.between(since, clock.instant()));
            since = null;
        }
    }
}
