package dev.meltemi.proxy;

import dev.meltemi.proxy.wire.Deadline;
import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

/// How long a caller's connection may wait for what it waits for. All times are on the loop's clock.
final class Patience {
    private final ProxySettings.Timeouts timeouts;
    private final EventExecutor loop;
    private final Deadline deadline;
    private long activeAt;
    private long headSince = Exchange.NEVER;
    private long closeBy = Exchange.NEVER;

    Patience(ProxySettings.Timeouts timeouts, EventExecutor loop, Runnable expired) {
        this.timeouts = timeouts;
        this.loop = loop;
        this.deadline = new Deadline(loop, expired);
    }

    /// Octets went one way or the other.
    void active() {
        activeAt = Deadline.now(loop);
    }

    long activeAt() {
        return activeAt;
    }

    void headBegan() {
        headSince = activeAt;
    }

    void headEnded() {
        headSince = Exchange.NEVER;
    }

    boolean inHead() {
        return headSince != Exchange.NEVER;
    }

    /// The caller has closed its side.
    void halfClosed() {
        closeBy = Deadline.now(loop) + timeouts.halfClosed().toNanos();
    }

    /// Our side is closed.
    void linger() {
        closeBy = Deadline.now(loop) + timeouts.linger().toNanos();
    }

    /// The connection ends when it is idle by then.
    void closeBy(long nanos) {
        closeBy = Math.min(closeBy, nanos);
    }

    /// Wakes the connection when that is over.
    void until(long nanos) {
        deadline.set(nanos);
    }

    void cancel() {
        deadline.cancel();
    }

    /// Nobody knows how long the two at its ends want to be quiet. When one of them has ended its way, the other's
    /// silence counts again.
    private static boolean isOpenTunnel(Exchange exchange) {
        return exchange.framing.isTunnel() && !exchange.requestEnded && !exchange.responseEnded;
    }

    /// @param exchange under way, if one is
    long end(@Nullable Exchange exchange, boolean lingering, boolean inputEnded) {
        if (lingering) {
            return closeBy;
        }
        if (exchange == null) {
            return inHead()
                    ? headSince + timeouts.head().toNanos()
                    : Math.min(closeBy, activeAt + timeouts.downstreamIdle().toNanos());
        }
        long idle = isOpenTunnel(exchange)
                ? Exchange.NEVER
                : activeAt + timeouts.stream().toNanos();
        long by = inputEnded ? closeBy : Exchange.NEVER;
        return Math.min(Math.min(idle, by), Math.min(exchange.routeDeadline, exchange.tryDeadline));
    }
}
