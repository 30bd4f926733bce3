package dev.meltemi.routing;

import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The clusters of one proxy, by name, kept across tables so that connections, counts and balancer state survive a rule
/// change; and the endpoints that fill them, which change faster than rules do.
///
/// Written by whoever brings the configuration, under this object's monitor. Event loops only read, without locks.
public final class Clusters {
    private final Map<String, Cluster> byName = new ConcurrentHashMap<>();
    private final Map<Integer, Cluster> inbound = new HashMap<>();
    private final Map<String, Set<Cluster>> byHost = new HashMap<>();
    private final Map<String, ServiceEndpoint> records = new HashMap<>();
    private final Map<String, HostEndpoints> endpoints = new HashMap<>();
    private Place home = Place.UNKNOWN;
    private final Registrations registrations = new Registrations();
    /// What {@link #replace} saw last, as long as nothing else changed since.
    private @Nullable Map<String, ServiceEndpoint> latest;
    private final LongSupplier clock;
    private final Map<String, List<InetAddress>> resolved = new HashMap<>();
    private volatile Consumer<HealthChange> health = change -> {};
    private Consumer<Names> nameFinder = wanted -> {};
    private Names asked = Names.NONE;
    private Duration nameRefresh = Names.NONE.refresh();
    /// Whether other names than before may be needed.
    private boolean namesMoved;

    /// Where no time passes: nobody warms up, and no latency is forgotten.
    public Clusters() {
        this(() -> 0);
    }

    /// @param clock nanoseconds, monotonic: the event loops'
    public Clusters(LongSupplier clock) {
        this.clock = clock;
    }

    public Map<String, Cluster> byName() {
        return Collections.unmodifiableMap(byName);
    }

    /// The fast path: endpoints change, routes stay. Takes effect at once, also for tables made before.
    ///
    /// @param changes by key of `mesh.endpoints`; an empty value removes
    public synchronized void update(Map<String, Optional<ServiceEndpoint>> changes) {
        latest = null;
        apply(changes);
        askForNames();
    }

    /// Who finds the addresses of names and tells {@link #resolved}; it is told at once what is needed, and whenever
    /// that changes, by whoever brings the configuration.
    public synchronized void findNamesWith(Consumer<Names> finder) {
        nameFinder = finder;
        finder.accept(asked);
    }

    /// A name's addresses, the newest answer's. Takes effect at once.
    ///
    /// @param addresses empty: it has none, and its cluster has no endpoint
    public synchronized void resolved(String name, List<InetAddress> addresses) {
        if (!asked.hosts().contains(name)) {
            return;
        }
        List<InetAddress> before = resolved.put(name, List.copyOf(addresses));
        if (addresses.equals(before)) {
            return;
        }
        for (String host : List.copyOf(byHost.keySet())) {
            HostEndpoints here = endpoints.get(host);
            var names = new HashSet<String>();
            if (here == null) {
                names.add(host);
            } else {
                here.addNames(names);
            }
            if (names.contains(name)) {
                refresh(host);
            }
        }
    }

    /// @param refresh how long answers hold that don't say it themselves
    synchronized void refreshNamesAfter(Duration refresh) {
        nameRefresh = refresh;
    }

    /// @param listener told when an endpoint is ejected, fails checks, or is well again; mustn't block
    public void tellHealthTo(Consumer<HealthChange> listener) {
        health = listener;
    }

    private void askForNames() {
        if (!namesMoved && nameRefresh.equals(asked.refresh())) {
            return;
        }
        namesMoved = false;
        var names = new HashSet<String>();
        byHost.forEach((host, clusters) -> {
            if (clusters.stream().noneMatch(Cluster::resolvesNames)) {
                return;
            }
            HostEndpoints here = endpoints.get(host);
            if (here != null) {
                here.addNames(names);
            } else if (HostEndpoints.isName(host)) {
                names.add(host);
            }
        });
        var now = new Names(names, nameRefresh);
        if (!now.equals(asked)) {
            asked = now;
            resolved.keySet().retainAll(names);
            nameFinder.accept(now);
        }
    }

    private void apply(Map<String, Optional<ServiceEndpoint>> changes) {
        var touched = new HashSet<String>();
        changes.forEach((key, change) -> {
            ServiceEndpoint now = change.orElse(null);
            ServiceEndpoint before = now == null ? records.remove(key) : records.put(key, now);
            if (now != null) {
                touched.add(now.getHost());
                endpoints
                        .computeIfAbsent(now.getHost(), _ -> new HostEndpoints())
                        .put(key, now);
                registrations.put(key, now);
            }
            if (before != null && !(now != null && samePlace(before, now))) {
                touched.add(before.getHost());
                forget(key, before, now);
            }
        });
        touched.forEach(this::refresh);
    }

    private static boolean samePlace(ServiceEndpoint one, ServiceEndpoint other) {
        return one.getHost().equals(other.getHost())
                && one.getInstance().equals(other.getInstance())
                && one.getAddress().equals(other.getAddress());
    }

    /// Makes these all endpoints there are. Records that didn't change are the same objects.
    @SuppressWarnings("ReferenceEquality")
    synchronized void replace(Map<String, ServiceEndpoint> now) {
        if (now == latest) {
            return;
        }
        var changes = new HashMap<String, Optional<ServiceEndpoint>>();
        now.forEach((key, endpoint) -> {
            if (records.get(key) != endpoint) {
                changes.put(key, Optional.of(endpoint));
            }
        });
        records.keySet().forEach(key -> {
            if (!now.containsKey(key)) {
                changes.put(key, Optional.empty());
            }
        });
        apply(changes);
        latest = now;
    }

    private void forget(String key, ServiceEndpoint gone, @Nullable ServiceEndpoint now) {
        registrations.remove(key, gone, now);
        HostEndpoints host = endpoints.get(gone.getHost());
        if (host != null && !(now != null && now.getHost().equals(gone.getHost()))) {
            host.remove(key);
        }
    }

    private void refresh(String host) {
        HostEndpoints now = endpoints.get(host);
        if (now != null) {
            now.refresh(registrations.labels(), resolved, clock.getAsLong());
            if (now.isEmpty()) {
                endpoints.remove(host);
            }
        }
        byHost.getOrDefault(host, Set.of()).forEach(this::fill);
    }

    /// The cluster of that name with that definition, made or changed as necessary.
    synchronized Cluster define(String name, Cluster.Definition definition) {
        Cluster cluster = byName.get(name);
        if (cluster == null) {
            cluster = new Cluster(name, definition, clock);
            cluster.tellHealthTo(change -> health.accept(change));
            fill(cluster);
            byName.put(name, cluster);
            byHost.computeIfAbsent(definition.service().host(), _ -> new HashSet<>())
                    .add(cluster);
        } else if (!cluster.definition().equals(definition)) {
            cluster.define(definition);
            fill(cluster);
        }
        return cluster;
    }

    /// What may go to one port of the own workload, the same for all tables so that its counts go on.
    synchronized Cluster inbound(int port, PolicyInForce policy) {
        Cluster known = inbound.get(port);
        if (known == null) {
            known = Cluster.inbound(port, InboundPools.definition(port, policy), clock);
            inbound.put(port, known);
        } else {
            known.define(InboundPools.definition(port, policy));
        }
        return known;
    }

    /// Drops the clusters that no route of the newest table leads to. Requests that began on an older table keep
    /// theirs.
    synchronized void retain(Collection<Cluster> used) {
        byName.values().removeIf(cluster -> {
            boolean unused = !used.contains(cluster);
            if (unused) {
                byHost.getOrDefault(cluster.service().host(), new HashSet<>()).remove(cluster);
            }
            return unused;
        });
        namesMoved |= byHost.values().removeIf(Set::isEmpty);
        askForNames();
    }

    private void fill(Cluster cluster) {
        Cluster.Definition wanted = cluster.definition();
        String host = wanted.service().host();
        HostEndpoints here = endpoints.get(host);
        List<Endpoint> found = here == null ? List.of() : here.of(wanted, resolved);
        if (cluster.resolvesNames()) {
            namesMoved = true;
            found = here == null ? itsOwnName(cluster) : found;
        }
        cluster.replace(found, home);
    }

    /// A service that resolves names and lists none is its own name: as it is until it was asked for.
    private List<Endpoint> itsOwnName(Cluster cluster) {
        String host = cluster.service().host();
        int port = cluster.definition().port();
        List<InetAddress> found = resolved.get(host);
        if (found == null) {
            return List.of(kept(cluster, HostEndpoints.socketAddress(host, port)));
        }
        List<InetAddress> wanted = cluster.definition().origin() == Cluster.Origin.NAME
                ? found
                : found.stream().limit(1).toList();
        return wanted.stream()
                .map(address -> kept(cluster, new InetSocketAddress(address, port)))
                .toList();
    }

    private Endpoint kept(Cluster cluster, InetSocketAddress address) {
        for (Endpoint endpoint : cluster.members()) {
            if (endpoint.address().equals(address)) {
                return endpoint;
            }
        }
        var made = new Endpoint(cluster.service().host(), address, WorkloadLabels.NOBODY, 1);
        made.begins(clock.getAsLong());
        return made;
    }

    /// Who has that IP address; nobody when no instance, or more than one workload, was registered with it.
    WorkloadLabels peer(String address) {
        return registrations.peer(address);
    }

    /// What is served at an address and port; null: nobody registered it.
    Registrations.@Nullable Served servedAt(String address, int port) {
        return registrations.servedAt(address, port);
    }

    /// What one instance serves, in the order of the services' names.
    List<ServiceEndpoint> servedBy(String instance) {
        return registrations.servedBy(instance);
    }

    /// Grows with every change of an endpoint.
    long version() {
        return registrations.version();
    }

    /// How many endpoint records there are.
    synchronized int size() {
        return records.size();
    }

    /// @param self whose clusters these are: workloads belong to its cluster, and endpoints are near to it or far
    synchronized void belongTo(Workload self) {
        registrations.belongTo(self.cluster());
        var now = new Place(self.locality(), self.labels());
        if (!now.equals(home)) {
            home = now;
            byName.values().forEach(this::fill);
        }
    }
}
