package dev.meltemi.routing;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The endpoints of one cluster as its callers' requests judge them. Event loops report without locks; an answer that
/// is like the one before costs a look-up.
final class Outliers {
    private final OutlierSettings settings;
    /// Its keys never change.
    private final IdentityHashMap<Endpoint, AtomicReference<HostHealth>> hosts = new IdentityHashMap<>();

    private final AtomicInteger ejected = new AtomicInteger();
    private final AtomicLong sweepDue = new AtomicLong();
    private volatile boolean begun;

    /// @param before what was thought of those who stay
    Outliers(OutlierSettings settings, List<Endpoint> all, @Nullable Outliers before) {
        this.settings = settings;
        for (Endpoint endpoint : all) {
            HostHealth health = before == null ? HostHealth.TRUSTED : before.health(endpoint);
            hosts.put(endpoint, new AtomicReference<>(health));
            if (health.ejected()) {
                ejected.incrementAndGet();
            }
        }
        if (before != null && before.begun) {
            sweepDue.set(before.sweepDue.get());
            begun = true;
        }
    }

    private HostHealth health(Endpoint endpoint) {
        var health = hosts.get(endpoint);
        return health == null ? HostHealth.TRUSTED : health.get();
    }

    boolean isEjected(Endpoint endpoint) {
        return health(endpoint).ejected();
    }

    /// @param status of an answer
    /// @return whether somebody was ejected
    boolean onAnswer(Endpoint endpoint, int status, long now) {
        boolean error = settings.errorCodes().isEmpty()
                ? status >= 500
                : settings.errorCodes().contains(status);
        HostHealth.Event event = HostHealth.Event.SUCCESS;
        if (error) {
            event = status >= 502 && status <= 504 ? HostHealth.Event.GATEWAY_ERROR : HostHealth.Event.ERROR;
        }
        return report(endpoint, event, now);
    }

    /// @return whether it was ejected
    boolean report(Endpoint endpoint, HostHealth.Event event, long now) {
        var health = hosts.get(endpoint);
        return health != null && step(health, event, now);
    }

    /// @return whether it was ejected or has come back
    private boolean step(AtomicReference<HostHealth> health, HostHealth.Event event, long now) {
        while (true) {
            HostHealth before = health.get();
            HostHealth after = before.next(event, now, settings, hasRoom());
            if (health.compareAndSet(before, after)) {
                if (before.ejected() == after.ejected()) {
                    return false;
                }
                ejected.addAndGet(after.ejected() ? 1 : -1);
                return true;
            }
        }
    }

    /// Never more than the share; of few endpoints that may be none.
    private boolean hasRoom() {
        return (ejected.get() + 1) * 100L <= (long) settings.maxEjectionPercent() * hosts.size();
    }

    /// Brings back those whose time is up, once an interval, on whichever event loop comes by first.
    ///
    /// @param returned told who has come back
    /// @return whether anybody has
    boolean sweep(long now, Consumer<Endpoint> returned) {
        long due = sweepDue.get();
        if (begun && now - due < 0) {
            return false;
        }
        if (!sweepDue.compareAndSet(due, now + settings.intervalNanos())) {
            return false;
        }
        if (!begun) {
            begun = true;
            return false;
        }
        boolean changed = false;
        for (var host : hosts.entrySet()) {
            if (step(host.getValue(), HostHealth.Event.SWEEP, now)) {
                returned.accept(host.getKey());
                changed = true;
            }
        }
        return changed;
    }
}
