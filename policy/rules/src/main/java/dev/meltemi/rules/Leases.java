package dev.meltemi.rules;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/// Who is still there, judged without looking at a clock: an instance is silent for as long as the broker has stamped
/// newer records of others. Immutable; an event costs O(log n), a judgement what is silent.
///
/// ```
///                    heard                          silent for ten leases, and at least
///                  ┌───────┐                        half of each of its hosts isn't silent
///   registered ──▶ │ alive │ ──silent one lease──▶ suspect ──────────────▶ removed
///                  └───────┘   and room for one
///                      ▲       more in its hosts      │
///                      └──heard, or no room any more──┘
/// ```
///
/// - Room: at most half of a host's instances are suspects, so that a judge cut off from half of the mesh breaks
/// nothing;
///   the longest silent come first. A host's only instance is never a suspect.
/// - When the judge takes over, and after a time in which the broker stamped nothing (an outage), silence counts from
///   then. The longest pause that isn't an outage is a lease less a heartbeat: whoever lives is heard within a
/// heartbeat
///   after it, still within the lease.
public final class Leases {
    /// @param lease three heartbeats
    /// @param untilRemoval in leases
    public record Terms(Duration lease, int untilRemoval) {
        public static final Terms DEFAULT = new Terms(Duration.ofSeconds(15), 10);

        /// Longer is an outage.
        Duration longestPause() {
            return lease.multipliedBy(2).dividedBy(3);
        }
    }

    public record Step(Leases next, List<LeaseOrder> orders) {}

    /// When an instance was heard for the last time; the longest silent sort first.
    record LastHeard(Instant at, String instance) implements Comparable<LastHeard> {
        @Override
        public int compareTo(LastHeard other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : instance.compareTo(other.instance);
        }
    }

    private final Terms terms;
    private final TreePMap<String, LastHeard> byInstance;
    private final TreePSet<LastHeard> bySilence;
    private final TreePSet<LastHeard> suspects;
    private final Instant now;
    private final Instant countedFrom;

    private Leases(
            Terms terms,
            TreePMap<String, LastHeard> byInstance,
            TreePSet<LastHeard> bySilence,
            TreePSet<LastHeard> suspects,
            Instant now,
            Instant countedFrom) {
        this.terms = terms;
        this.byInstance = byInstance;
        this.bySilence = bySilence;
        this.suspects = suspects;
        this.now = now;
        this.countedFrom = countedFrom;
    }

    public static Leases none(Terms terms) {
        return new Leases(terms, TreePMap.empty(), TreePSet.empty(), TreePSet.empty(), Instant.EPOCH, Instant.EPOCH);
    }

    public static Step next(Leases leases, LeaseEvent event) {
        return switch (event) {
            case LeaseEvent.Registered(var instance, var at) ->
                leases.clockAt(at).renewed(instance, at);
            case LeaseEvent.Heard(var instance, var at) -> {
                var later = leases.clockAt(at);
                yield later.byInstance.containsKey(instance) ? later.renewed(instance, at) : later.quietly();
            }
            case LeaseEvent.Withdrawn(var instance) -> leases.without(instance).quietly();
            case LeaseEvent.TookOver() -> leases.countingFrom(leases.now).quietly();
            case LeaseEvent.Judged(var mesh) -> leases.judged(mesh);
        };
    }

    private Step quietly() {
        return new Step(this, List.of());
    }

    private Leases clockAt(Instant at) {
        if (!at.isAfter(now)) {
            return this;
        }
        boolean outage = Duration.between(now, at).compareTo(terms.longestPause()) > 0;
        return new Leases(terms, byInstance, bySilence, suspects, at, outage ? at : countedFrom);
    }

    private Leases countingFrom(Instant start) {
        return new Leases(terms, byInstance, bySilence, suspects, now, start);
    }

    private Step renewed(String instance, Instant at) {
        LastHeard previous = byInstance.get(instance);
        if (previous != null && !at.isAfter(previous.at())) {
            return quietly();
        }
        boolean suspected = previous != null && suspects.contains(previous);
        var rest = without(instance);
        var heard = new LastHeard(at, instance);
        var next = new Leases(
                terms,
                rest.byInstance.plus(instance, heard),
                rest.bySilence.plus(heard),
                rest.suspects,
                now,
                countedFrom);
        return new Step(next, suspected ? List.of(new LeaseOrder.Trust(instance)) : List.of());
    }

    private Leases without(String instance) {
        LastHeard previous = byInstance.get(instance);
        return previous == null
                ? this
                : new Leases(
                        terms,
                        byInstance.minus(instance),
                        bySilence.minus(previous),
                        suspects.minus(previous),
                        now,
                        countedFrom);
    }

    private Step judged(MeshState mesh) {
        var silent = silent();
        var room = new HostRoom(mesh, silent);
        var orders = new ArrayList<LeaseOrder>();
        var next = this;
        for (LastHeard lease : silent) {
            boolean suspect = room.take(lease.instance());
            if (suspect && isOverdue(lease) && room.mostArePresent(lease.instance())) {
                orders.add(new LeaseOrder.Remove(lease.instance()));
                next = next.without(lease.instance());
            } else if (suspect != suspects.contains(lease)) {
                orders.add(suspect ? new LeaseOrder.Suspect(lease.instance()) : new LeaseOrder.Trust(lease.instance()));
                next = next.suspecting(lease, suspect);
            }
        }
        return new Step(next, List.copyOf(orders));
    }

    /// The longest silent first. A suspect stays one through an outage: it was silent before.
    private TreePSet<LastHeard> silent() {
        Instant limit = now.minus(terms.lease());
        return countedFrom.isAfter(limit)
                ? suspects
                : bySilence.headSet(new LastHeard(limit, "\uffff"), true).plusAll(suspects);
    }

    private boolean isOverdue(LastHeard lease) {
        Instant from = lease.at().isAfter(countedFrom) ? lease.at() : countedFrom;
        return !from.plus(terms.lease().multipliedBy(terms.untilRemoval())).isAfter(now);
    }

    private Leases suspecting(LastHeard lease, boolean suspect) {
        return new Leases(
                terms, byInstance, bySilence, suspect ? suspects.plus(lease) : suspects.minus(lease), now, countedFrom);
    }
}
