package dev.meltemi.rules;

import dev.meltemi.schemas.AvroLimits;
import dev.meltemi.schemas.fleet.Registration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/// Everything the mesh has been told, as of one moment. Immutable and persistent: the next state shares what a
/// change doesn't concern, so keeping the state before costs nothing. Its indexes lead from a change to what
/// depends on it, so nothing else is read.
public final class MeshState {
    public static final MeshState EMPTY = new MeshState(TreePMap.empty(), Book.EMPTY, Fleet.EMPTY, TreePSet.empty());

    static {
        AvroLimits.set();
    }

    private final TreePMap<String, Entry> entries;
    private final Book book;
    private final Fleet fleet;
    /// Reversed names of all hosts that have compiled routes, so that a wildcard finds those that it covers.
    private final TreePSet<String> hosts;

    private MeshState(TreePMap<String, Entry> entries, Book book, Fleet fleet, TreePSet<String> hosts) {
        this.entries = entries;
        this.book = book;
        this.fleet = fleet;
        this.hosts = hosts;
    }

    /// The state after one change. What is told again replaces what was told before under the same key or
    /// instance; changes of different keys and instances give the same state in any order.
    public MeshState with(Change change) {
        return after(change, new Touched());
    }

    /// Hosts for which an instance has an endpoint; empty for one that isn't registered.
    public Set<String> hostsOf(String instance) {
        Workload workload = fleet.workload(instance);
        return workload == null ? Set.of() : servedBy(workload);
    }

    /// Registered instances that have an endpoint for a host.
    public Set<String> instancesOf(String host) {
        var instances = new TreeSet<String>();
        for (String id : Endpoints.of(this, host).keySet()) {
            if (fleet.workload(id) instanceof Workload.Instance) {
                instances.add(id);
            }
        }
        return instances;
    }

    Book book() {
        return book;
    }

    Fleet fleet() {
        return fleet;
    }

    TreePSet<String> reversedHosts() {
        return hosts;
    }

    /// Known hosts and wildcards that a host or wildcard covers.
    Set<String> coveredBy(String pattern) {
        if (!HostName.isWildcard(pattern)) {
            return Set.of(pattern);
        }
        String start = HostName.reversed(pattern.substring(1));
        var covered = new TreeSet<String>();
        for (String reversed : hosts.tailSet(start)) {
            if (!reversed.startsWith(start)) {
                break;
            }
            covered.add(HostName.reversed(reversed));
        }
        return covered;
    }

    /// Hosts of the services that a Gateway API route names as parents.
    ///
    /// @param parents hosts, and keys of ServiceEntries as {@link ApiRoute#entryKey} writes them
    Set<String> hostsOfParents(Set<String> parents) {
        var hosts = new TreeSet<String>();
        for (String parent : parents) {
            if (parent.indexOf('/') < 0) {
                hosts.add(parent);
            } else if (entries.get(ApiRoute.entryDocument(parent)) instanceof Declared service) {
                hosts.addAll(service.hosts());
            }
        }
        return hosts;
    }

    Set<String> servedBy(Workload workload) {
        var served = new TreeSet<>(Fleet.claimsOf(workload));
        book.selecting(workload).forEach(service -> served.addAll(service.hosts()));
        return served;
    }

    /// @param touched gathers what may come out differently
    MeshState after(Change change, Touched touched) {
        return switch (change) {
            case Change.Accepted(var resource, var offset, var created) ->
                replaced(
                        resource.key().toString(),
                        Entry.of(resource, offset, created).orElse(null),
                        touched);
            case Change.Deleted(var key, var _) -> replaced(key.toString(), null, touched);
            case Change.Registered(var registration) ->
                withFleet(registration.getInstance(), now -> now.plus(new Workload.Instance(registration)), touched);
            case Change.Withdrawn(var instance) ->
                withFleet(instance, now -> now.minus(instance).silent(instance, false), touched);
            case Change.Health(var instance, var healthy) ->
                withFleet(instance, now -> now.silent(instance, !healthy), touched);
        };
    }

    private MeshState replaced(String key, @Nullable Entry next, Touched touched) {
        Entry previous = entries.get(key);
        var state = this;
        if (previous != null) {
            touched.add(previous, state);
            state = new MeshState(entries.minus(key), book.minus(previous), fleetWithout(previous), hosts);
        }
        if (next != null) {
            state = new MeshState(
                    state.entries.plus(key, next), state.book.plus(next), state.fleetWith(next), state.hosts);
        }
        state = state.withHostsKnown(hostsNamedBy(previous)).withHostsKnown(hostsNamedBy(next));
        if (next != null) {
            touched.add(next, state);
        }
        return state;
    }

    private MeshState withFleet(String instance, UnaryOperator<Fleet> change, Touched touched) {
        Workload previous = fleet.workload(instance);
        if (previous != null) {
            touched.add(previous, this);
        }
        var state = new MeshState(entries, book, change.apply(fleet), hosts);
        Workload next = state.fleet.workload(instance);
        if (previous != null) {
            state = state.withHostsKnown(Set.copyOf(Fleet.claimsOf(previous)));
        }
        if (next != null) {
            state = state.withHostsKnown(Set.copyOf(Fleet.claimsOf(next)));
            touched.add(next, state);
        }
        return state;
    }

    private Fleet fleetWith(Entry entry) {
        return entry instanceof Workload.Listed listed ? fleet.plus(listed) : fleet;
    }

    private Fleet fleetWithout(Entry entry) {
        return entry instanceof Workload.Listed listed ? fleet.minus(listed.id()) : fleet;
    }

    private static Set<String> hostsNamedBy(@Nullable Entry entry) {
        return switch (entry) {
            case null -> Set.of();
            case Declared service -> service.hosts();
            case Rule rule -> rule.meshHosts();
            case Policy policy -> HostName.isWildcard(policy.host()) ? Set.of() : Set.of(policy.host());
            case Delegate _, Door _, Guard _, Setting _, ApiEntry _, Workload.Listed _ -> Set.of();
        };
    }

    private MeshState withHostsKnown(Set<String> named) {
        var known = hosts;
        for (String host : named) {
            String reversed = HostName.reversed(host);
            known = isNamed(host) ? known.plus(reversed) : known.minus(reversed);
        }
        return new MeshState(entries, book, fleet, known);
    }

    private boolean isNamed(String host) {
        return !book.declared().at(host).isEmpty()
                || !book.rules().naming(host).isEmpty()
                || (!HostName.isWildcard(host) && !book.policies().naming(host).isEmpty())
                || !fleet.claims().at(host).isEmpty();
    }

    /// An instance that registered itself, for those who judge it.
    public Optional<Registration> registration(String instance) {
        return fleet.workload(instance) instanceof Workload.Instance(var registration)
                ? Optional.of(registration)
                : Optional.empty();
    }
}
