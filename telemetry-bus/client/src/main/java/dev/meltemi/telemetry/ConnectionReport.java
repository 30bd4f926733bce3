package dev.meltemi.telemetry;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says when the broker went and came back and what it cost: as events, and as at most one line of log a second.
final class ConnectionReport {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);
    /// Between two lines of the same kind.
    private static final long QUIET = TimeUnit.SECONDS.toNanos(10);

    private final String instance;
    private final EventOutbox events;
    private boolean connected;
    private long toldOutages;
    private long toldDropped;
    private long quietUntil = System.nanoTime();

    ConnectionReport(String instance, EventOutbox events) {
        this.instance = instance;
        this.events = events;
        // The first thing to be sent: when it arrives, its time tells since when the instance wanted to speak.
        events.add("started", "telemetry");
    }

    /// @param outages so far: one that is over already is told, too
    void now(boolean connected, long outages, AccessLog.Counters counters) {
        boolean changed = outages > toldOutages || connected != this.connected;
        if (outages > toldOutages) {
            toldOutages = outages;
            this.connected = false;
            events.add("bus_lost", "dropped=" + counters.dropped());
            LOG.warn(
                    "telemetry_lost instance={} why=\"the broker hasn't answered for {} s\" waiting={}"
                            + " next=\"entries wait in a ring, the oldest are dropped and counted\"",
                    instance,
                    Deliveries.STALLED.toSeconds(),
                    counters.waiting());
        }
        if (connected && !this.connected) {
            this.connected = true;
            events.add("bus_connected", "dropped=" + counters.dropped());
            LOG.info("telemetry_connected instance={} dropped={}", instance, counters.dropped());
        }
        if (!changed && counters.dropped() > toldDropped && mayTell()) {
            LOG.warn(
                    "telemetry_dropped instance={} dropped={} since_last={}",
                    instance,
                    counters.dropped(),
                    counters.dropped() - toldDropped);
            toldDropped = counters.dropped();
        }
    }

    void refused(Exception refusal) {
        if (mayTell()) {
            LOG.warn(
                    "telemetry_refused instance={} why=\"{}\" next=\"tried again until it works; is the topic there and"
                            + " may this instance write it? see: meltemi topics\"",
                    instance,
                    refusal.toString());
        }
    }

    void closed(AccessLog.Counters counters) {
        LOG.info("telemetry_closed instance={} sent={} dropped={}", instance, counters.sent(), counters.dropped());
    }

    private boolean mayTell() {
        long now = System.nanoTime();
        if (now - quietUntil < 0) {
            return false;
        }
        quietUntil = now + QUIET;
        return true;
    }
}
