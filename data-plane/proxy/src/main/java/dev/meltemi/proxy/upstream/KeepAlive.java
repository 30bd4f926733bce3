package dev.meltemi.proxy.upstream;

import dev.meltemi.proxy.wire.Deadline;
import io.netty.channel.EventLoop;

/// Asks the other side from time to time whether it is still there, as Envoy's `connection_keepalive` does: whatever
/// else goes over the connection.
final class KeepAlive {
    private final EventLoop loop;
    private final long intervalNanos;
    private final long timeoutNanos;
    private final Runnable ping;
    private final Runnable lost;
    private final Deadline deadline;
    private boolean asked;

    KeepAlive(EventLoop loop, long intervalNanos, long timeoutNanos, Runnable ping, Runnable lost) {
        this.loop = loop;
        this.intervalNanos = intervalNanos;
        this.timeoutNanos = timeoutNanos;
        this.ping = ping;
        this.lost = lost;
        this.deadline = new Deadline(loop, this::expired);
        deadline.set(Deadline.now(loop) + intervalNanos);
    }

    private void expired() {
        if (asked) {
            lost.run();
            return;
        }
        asked = true;
        deadline.set(Deadline.now(loop) + timeoutNanos);
        ping.run();
    }

    void answered() {
        if (asked) {
            asked = false;
            deadline.set(Deadline.now(loop) + intervalNanos);
        }
    }

    void end() {
        deadline.cancel();
    }
}
