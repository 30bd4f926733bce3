package dev.meltemi.proxy.checks;

import dev.meltemi.proxy.checks.HealthProbe.Outcome;
import dev.meltemi.proxy.upstream.UpstreamPools;
import dev.meltemi.routing.Cluster;
import dev.meltemi.routing.Endpoint;
import dev.meltemi.schemas.compiled.HealthCheck;
import dev.meltemi.schemas.compiled.HealthCheckKind;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Asks the endpoints of those clusters whose rule wants it, and tells the clusters. Only clusters that the table leads
/// to are looked at, so nobody asks beyond what the workload sees.
///
/// ```
/// not asked yet ──well──▶ healthy ──n failures──▶ unhealthy ──m answers──▶ healthy …
///       └────────────first failure───────────────────▲
/// ```
/// Until it was asked an endpoint gets requests, unlike in Envoy, where a new endpoint waits for its first check. Its
/// state belongs to one thread of its own: to tell a cluster may take a moment.
@SuppressWarnings("FutureReturnValueIgnored") // what fails tells nobody, and is asked again
public final class HealthChecks implements AutoCloseable {
    private static final int AT_ONCE = 64;
    private static final long LOOK_MILLIS = 500;

    /// Up to that share earlier or later than the interval, so that callers don't ask in step.
    private static final double JITTER = 0.1;

    private final EventLoop loop;
    private final UpstreamPools pools;
    private final Supplier<Collection<Cluster>> clusters;
    private final RandomGenerator random;
    private final ScheduledExecutorService thread;
    private final Map<Key, Check> checks = new HashMap<>();
    private final ArrayDeque<Check> waiting = new ArrayDeque<>();
    private final LongAdder made = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private int underWay;

    /// Both compare by identity.
    private record Key(Cluster cluster, Endpoint endpoint) {}

    private static final class Check {
        final Key key;
        final HealthCheck how;
        int good;
        int bad;
        boolean known;
        boolean healthy = true;
        boolean gone;

        @Nullable
        ScheduledFuture<?> next;

        Check(Key key, HealthCheck how) {
            this.key = key;
            this.how = how;
        }
    }

    /// Begins to ask, on this loop.
    ///
    /// @param pools of this loop; closed with it
    public HealthChecks(
            EventLoop loop, UpstreamPools pools, Supplier<Collection<Cluster>> clusters, RandomGenerator random) {
        this.loop = loop;
        this.pools = pools;
        this.clusters = clusters;
        this.random = random;
        this.thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("health-checks").daemon().factory());
        this.next(this::look, 0);
    }

    private @Nullable ScheduledFuture<?> next(Runnable task, long nanos) {
        try {
            return thread.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException _) {
            return null; // closed
        }
    }

    /// Who is to be asked by now.
    private void look() {
        var left = new HashSet<>(checks.keySet());
        for (Cluster cluster : clusters.get()) {
            HealthCheck how = cluster.policy().healthCheck();
            if (how == null || how.getKind() == HealthCheckKind.UNKNOWN) {
                continue;
            }
            for (Endpoint endpoint : cluster.members()) {
                var key = new Key(cluster, endpoint);
                Check known = checks.get(key);
                if (known == null || !known.how.equals(how)) {
                    begin(new Check(key, how), known);
                }
                left.remove(key);
            }
        }
        left.forEach(key -> end(checks.remove(key)));
        next(this::look, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }

    /// Endpoints that come together aren't all asked at once.
    private void begin(Check check, @Nullable Check before) {
        end(before);
        if (before != null) {
            check.known = before.known;
            check.healthy = before.healthy;
        }
        checks.put(check.key, check);
        check.next = next(() -> ask(check), (long) (random.nextDouble() * intervalNanos(check)));
    }

    private static long intervalNanos(Check check) {
        return TimeUnit.MICROSECONDS.toNanos(check.how.getIntervalUs());
    }

    private static void end(@Nullable Check check) {
        if (check != null) {
            check.gone = true;
            if (check.next != null) {
                check.next.cancel(false);
            }
        }
    }

    private void ask(Check check) {
        if (check.gone) {
            return;
        }
        if (underWay >= AT_ONCE) {
            waiting.add(check);
            return;
        }
        underWay++;
        made.increment();
        loop.execute(() -> HealthProbe.start(
                pools,
                loop,
                check.key.cluster(),
                check.key.endpoint(),
                check.how,
                outcome -> next(() -> heard(check, outcome), 0)));
    }

    private void heard(Check check, Outcome outcome) {
        underWay--;
        if (!check.gone) {
            switch (outcome) {
                case Outcome.Well() -> well(check);
                case Outcome.Unwell(var why) -> unwell(check, why);
                case Outcome.Unasked() -> {}
            }
            double share = 1 + JITTER * (2 * random.nextDouble() - 1);
            check.next = next(() -> ask(check), (long) (share * intervalNanos(check)));
        }
        Check other = waiting.poll();
        if (other != null) {
            ask(other);
        }
    }

    private static void well(Check check) {
        check.bad = 0;
        check.good++;
        boolean enough = !check.known || check.good >= check.how.getHealthyThreshold();
        check.known = true;
        if (!check.healthy && enough) {
            check.healthy = true;
            check.key.cluster().checked(check.key.endpoint(), true, "answers");
        }
    }

    private void unwell(Check check, String why) {
        failed.increment();
        check.good = 0;
        check.bad++;
        boolean enough = !check.known || check.bad >= check.how.getUnhealthyThreshold();
        check.known = true;
        if (check.healthy && enough) {
            check.healthy = false;
            check.key.cluster().checked(check.key.endpoint(), false, why);
        }
    }

    /// Questions that were asked.
    public long made() {
        return made.sum();
    }

    /// Of these, how many found no good answer.
    public long failed() {
        return failed.sum();
    }

    @Override
    public void close() {
        thread.shutdownNow();
        loop.execute(pools::close);
    }
}
