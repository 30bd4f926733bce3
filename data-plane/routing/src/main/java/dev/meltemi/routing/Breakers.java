package dev.meltemi.routing;

import dev.meltemi.schemas.compiled.RetryBudget;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What one cluster has under way, counted over all event loops, and what that may be at most. A limit that isn't there
/// isn't counted, so that clusters without rules share no counter.
///
/// Who takes gives back: `taken` and `given back` come in pairs even when limits change between them.
public final class Breakers {
    private volatile PoolLimits limits;
    private volatile @Nullable RetryBudget budget;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger retries = new AtomicInteger();
    private final LongAdder overflows = new LongAdder();

    Breakers(PolicyInForce policy) {
        this.limits = policy.pool();
        this.budget = policy.retryBudget();
    }

    void define(PolicyInForce policy) {
        limits = policy.pool();
        budget = policy.retryBudget();
    }

    public PoolLimits limits() {
        return limits;
    }

    /// What became of asking.
    public enum Taken {
        /// Nothing to give back.
        UNLIMITED,
        COUNTED,
        /// Full: nothing was taken.
        REFUSED
    }

    /// For a request without a connection, until it has one.
    public Taken takePending() {
        Taken taken = take(pending, limits.maxPending());
        if (taken == Taken.REFUSED) {
            overflows.increment();
        }
        return taken;
    }

    public void endPending() {
        pending.decrementAndGet();
    }

    /// For a try, from choosing its endpoint to its end.
    public Taken takeRequest() {
        int most = limits.maxRequests();
        Taken taken = most == PoolLimits.UNLIMITED && budget != null ? take(requests, most - 1) : take(requests, most);
        if (taken == Taken.REFUSED) {
            overflows.increment();
        }
        return taken;
    }

    public void endRequest() {
        requests.decrementAndGet();
    }

    /// For a request that is tried again, to its end. A budget replaces `maxRetries`, as in Envoy.
    public Taken takeRetry() {
        RetryBudget share = budget;
        int most = limits.maxRetries();
        if (share != null) {
            most = Math.max(share.getMinRetryConcurrency(), (int) (requests.get() * share.getPercent() / 100));
        }
        Taken taken = take(retries, most);
        if (taken == Taken.REFUSED) {
            overflows.increment();
        }
        return taken;
    }

    public void endRetry() {
        retries.decrementAndGet();
    }

    /// For a connection, from opening to closing it. Whoever has none to an endpoint yet may open one beyond the limit:
    /// otherwise what waits there would wait for ever (Envoy: `ConnPoolImplBase::tryCreateNewConnection`).
    public Taken takeConnection(boolean first) {
        int most = limits.maxConnections();
        if (first && most != PoolLimits.UNLIMITED) {
            connections.incrementAndGet();
            return Taken.COUNTED;
        }
        return take(connections, most);
    }

    public void endConnection() {
        connections.decrementAndGet();
    }

    /// How often something was refused.
    public long overflows() {
        return overflows.sum();
    }

    private static Taken take(AtomicInteger count, int most) {
        if (most == PoolLimits.UNLIMITED) {
            return Taken.UNLIMITED;
        }
        if (count.incrementAndGet() > most) {
            count.decrementAndGet();
            return Taken.REFUSED;
        }
        return Taken.COUNTED;
    }
}
