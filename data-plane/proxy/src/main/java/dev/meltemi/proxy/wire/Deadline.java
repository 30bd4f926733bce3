package dev.meltemi.proxy.wire;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One timer for all time-outs of a connection. Moving it to a later time is a write to a field: the timer
/// notices when it fires and waits on, so that a request costs no timer. Used on its event loop only.
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel, and that is heard
public final class Deadline {
    private static final long NEVER = Long.MAX_VALUE;

    private final EventExecutor loop;
    private final Runnable expired;
    private long at = NEVER;
    private long armedFor = NEVER;
    private @Nullable ScheduledFuture<?> armed;

    public Deadline(EventExecutor loop, Runnable expired) {
        this.loop = loop;
        this.expired = expired;
    }

    /// Nanoseconds of the loop's own monotonic clock.
    public static long now(EventExecutor loop) {
        return loop.ticker().nanoTime();
    }

    /// @param nanos on the loop's clock
    public void set(long nanos) {
        at = nanos;
        if (nanos < armedFor) {
            cancel();
            arm(nanos);
        }
    }

    public void clear() {
        at = NEVER;
    }

    /// For good: nothing fires after it.
    public void cancel() {
        if (armed != null) {
            armed.cancel(false);
            armed = null;
        }
        armedFor = NEVER;
    }

    private void arm(long nanos) {
        armedFor = nanos;
        armed = loop.schedule(this::fire, Math.max(0, nanos - now(loop)), TimeUnit.NANOSECONDS);
    }

    private void fire() {
        armed = null;
        armedFor = NEVER;
        if (at == NEVER) {
            return;
        }
        if (at > now(loop)) {
            arm(at);
        } else {
            at = NEVER;
            expired.run();
        }
    }
}
