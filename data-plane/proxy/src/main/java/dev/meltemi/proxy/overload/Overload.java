package dev.meltemi.proxy.overload;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One proxy's overload manager, as Envoy calls it: compares what is used up with the marks of its settings, and says
/// what the proxy shall do about it. An action ends a little below the mark where it began, so that it doesn't flap.
///
/// {@link #measure} is called by one thread; everything else by any, and costs a volatile read.
public final class Overload {
    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);
    private static final long COLLECT_EVERY = TimeUnit.SECONDS.toNanos(2);
    /// Of the time at most for collections that we ask for: one in so many.
    private static final int COLLECT_SHARE = 20;

    private final OverloadSettings settings;
    private final Gauges gauges;
    private final IntSupplier connections;
    private final Map<Resource, Set<Action>> active = new EnumMap<>(Resource.class);
    private final Map<Action, LongAdder> done = new EnumMap<>(Action.class);
    private volatile Map<Resource, Double> pressures = Map.of();
    private volatile Set<Action> actions = Set.of();
    private volatile boolean reduces;
    private volatile boolean closesIdle;
    private volatile boolean sheds;
    private volatile boolean rejects;
    private volatile String reason = "";
    private long collectAgainAt = Long.MIN_VALUE;

    /// @param connections of callers, open now
    public Overload(OverloadSettings settings, IntSupplier connections) {
        this.settings = settings;
        this.connections = connections;
        this.gauges = settings.gauges();
        for (Resource resource : Resource.values()) {
            active.put(resource, EnumSet.noneOf(Action.class));
        }
        for (Action action : Action.values()) {
            done.put(action, new LongAdder());
        }
    }

    /// Looks at everything once.
    ///
    /// @param now nanoseconds on any clock that only grows
    public void measure(long now) {
        var seen = new EnumMap<Resource, Double>(Resource.class);
        seen.put(Resource.HEAP, gauges.heap());
        seen.put(Resource.DIRECT_MEMORY, gauges.directMemory());
        seen.put(Resource.CONNECTIONS, (double) connections.getAsInt() / settings.maxConnections());
        seen.put(Resource.DESCRIPTORS, gauges.descriptors());
        var due = EnumSet.noneOf(Action.class);
        var why = new StringBuilder();
        seen.forEach((resource, pressure) -> {
            Set<Action> its = judge(resource, pressure);
            due.addAll(its);
            if (!its.isEmpty()) {
                why.append(why.isEmpty() ? "" : ", ")
                        .append(resource.text())
                        .append(' ')
                        .append(Math.round(pressure * 100))
                        .append('%');
            }
        });
        pressures = Map.copyOf(seen);
        reason = why.toString();
        become(due);
        collect(now);
    }

    private Set<Action> judge(Resource resource, double pressure) {
        Set<Action> its = active.getOrDefault(resource, Set.of());
        settings.marks().getOrDefault(resource, Map.of()).forEach((action, mark) -> {
            if (pressure >= mark) {
                its.add(action);
            } else if (pressure < mark - settings.relief()) {
                its.remove(action);
            }
        });
        return its;
    }

    private void become(Set<Action> now) {
        if (now.equals(actions)) {
            return;
        }
        LOG.warn("event=overload actions={} was={} because=\"{}\"", words(now), words(actions), reason);
        actions = Set.copyOf(now);
        reduces = now.contains(Action.REDUCE_TIMEOUTS);
        closesIdle = now.contains(Action.DISABLE_HTTP_KEEPALIVE);
        sheds = now.contains(Action.STOP_ACCEPTING_REQUESTS);
        rejects = now.contains(Action.REJECT_INCOMING_CONNECTIONS);
    }

    private static String words(Set<Action> actions) {
        return actions.isEmpty()
                ? "none"
                : String.join(",", actions.stream().map(Action::text).toList());
    }

    private void collect(long now) {
        if (!active.getOrDefault(Resource.HEAP, Set.of()).isEmpty() && now >= collectAgainAt) {
            long began = System.nanoTime();
            gauges.collect();
            long took = System.nanoTime() - began;
            collectAgainAt = now + Math.max(COLLECT_EVERY, COLLECT_SHARE * took);
        }
    }

    /// Whether connections that nobody uses shall be closed early.
    public boolean reducesTimeouts() {
        return reduces;
    }

    /// Whether a connection shall end with the answer that is under way, and idle ones now.
    public boolean closesIdle() {
        return closesIdle;
    }

    /// Whether a new request shall be answered 503.
    public boolean sheds() {
        return sheds;
    }

    /// Whether one more connection of a caller is too many.
    ///
    /// @param open with this one
    public boolean rejects(int open) {
        return rejects || open > settings.maxConnections();
    }

    /// What there is too much of: `heap 93%`.
    public String reason() {
        return reason;
    }

    /// Something was shed, closed or rejected.
    public void did(Action action) {
        done.getOrDefault(action, new LongAdder()).increment();
    }

    public int maxConnections() {
        return settings.maxConnections();
    }

    /// Counters and gauges under Envoy's names, by which admin pages and metrics show them: `heap.pressure` in percent,
    /// `stop_accepting_requests.active` 0 or 1, `stop_accepting_requests.done` how often.
    public Map<String, Long> figures() {
        var all = new TreeMap<String, Long>();
        for (Resource resource : Resource.values()) {
            all.put(resource.text() + ".pressure", Math.round(100 * pressures.getOrDefault(resource, 0.0)));
        }
        for (Action action : Action.values()) {
            all.put(action.text() + ".active", actions.contains(action) ? 1L : 0L);
            all.put(
                    action.text() + ".done",
                    done.getOrDefault(action, new LongAdder()).sum());
        }
        return all;
    }
}
