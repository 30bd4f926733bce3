package dev.meltemi.proxy.checks;

import dev.meltemi.proxy.checks.HealthProbe.Outcome;
import dev.meltemi.proxy.upstream.UpstreamPools;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.HealthCheck;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Asks our own application whether it can take requests, as a kubelet does. Until it has said so it can't. Lives on
/// one event loop.
///
/// ```
/// not yet ──n answers──▶ healthy ──m failures──▶ unhealthy ──n answers──▶ healthy …
/// ```
public final class ApplicationProbe implements AutoCloseable {
    private final EventLoop loop;
    private final UpstreamPools pools;
    private final Endpoint application;
    private final HealthCheck how;
    private final Listener listener;
    private boolean healthy;
    private int inARow;
    private boolean closed;
    private @Nullable ScheduledFuture<?> next;

    /// @param delay before the first question
    public record Settings(HealthCheck how, Duration delay) {}

    /// Told of each change, on an event loop.
    public interface Listener {
        /// @param why for people
        void changed(boolean healthy, String why);
    }

    public ApplicationProbe(
            EventLoop loop, UpstreamPools pools, InetSocketAddress address, Settings settings, Listener listener) {
        this.loop = loop;
        this.pools = pools;
        this.application = new Endpoint("application", address, WorkloadLabels.NOBODY, 1);
        this.how = settings.how();
        this.listener = listener;
        loop.execute(() -> askAfter(settings.delay().toNanos()));
    }

    private void askAfter(long nanos) {
        if (!closed) {
            next = loop.schedule(this::ask, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void ask() {
        HealthProbe.start(pools, loop, null, application, how, this::heard);
    }

    private void heard(Outcome outcome) {
        if (closed) {
            return;
        }
        switch (outcome) {
            case Outcome.Well() -> judge(true, "answers", how.getHealthyThreshold());
            case Outcome.Unwell(var why) -> judge(false, why, how.getUnhealthyThreshold());
            case Outcome.Unasked() -> {}
        }
        askAfter(TimeUnit.MICROSECONDS.toNanos(how.getIntervalUs()));
    }

    private void judge(boolean well, String why, int threshold) {
        inARow = well == healthy ? 0 : inARow + 1;
        if (inARow >= threshold) {
            healthy = well;
            inARow = 0;
            listener.changed(well, why);
        }
    }

    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            if (next != null) {
                next.cancel(false);
            }
            pools.close();
        });
    }
}
