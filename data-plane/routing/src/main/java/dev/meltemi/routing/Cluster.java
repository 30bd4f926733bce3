package dev.meltemi.routing;

import dev.meltemi.schemas.access.Edge;
import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.LoadBalancer;
import dev.meltemi.schemas.compiled.Warmup;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The endpoints that a route can send to: a host, a port and perhaps a subset. Lives across tables, so that
/// balancer state survives a rule change; its endpoints change in place, as one value.
public final class Cluster {
    /// Draws before untried endpoints are searched for, as Envoy's `host_selection_retry_max_attempts` in Istio.
    private static final int RESELECTIONS = 5;

    private static final long NEVER = Long.MAX_VALUE;

    private static final String INBOUND = "inbound|";

    private final String name;
    private final boolean inbound;
    private final String sni;
    private final Breakers breakers;
    private volatile Definition definition;
    private volatile @Nullable HashPolicy hashing;
    private volatile List<Endpoint> members = List.of();
    private volatile @Nullable Outliers outliers;
    private Place home = Place.UNKNOWN;
    /// Checks found them unwell. Written under this object's monitor.
    private final Set<Endpoint> failing = ConcurrentHashMap.newKeySet();

    private volatile Consumer<HealthChange> health = change -> {};
    private final LongAdder ejections = new LongAdder();
    private volatile @Nullable Balancer balancer;
    private final AtomicInteger turn = new AtomicInteger();
    private final LongSupplier clock;
    /// When weights are worked out anew, while somebody warms up.
    private final AtomicLong rewarmAt = new AtomicLong(NEVER);

    /// Where the endpoints of a cluster come from.
    enum Origin {
        /// What registered itself or is listed.
        ENDPOINTS,
        /// As before; a service that lists none is its own name. Each address of a name is an endpoint.
        NAME,
        /// As before; a name is one endpoint, and a new connection goes to the first address of the newest answer.
        ONE_ADDRESS,
        /// Whatever address the caller asked for.
        CALLER
    }

    /// What rules say of TLS to the endpoints of a cluster.
    public enum Tls {
        /// Mesh mTLS to those that take it.
        AUTO,
        /// Never: a rule says so, or the service is outside the mesh.
        DISABLED,
        /// Mesh mTLS to all.
        MUTUAL
    }

    /// What a table says about a cluster.
    ///
    /// @param port of the service
    /// @param namespace whose endpoints of that host are its; empty: all, since no other namespace declares it
    /// @param http what is spoken to them
    /// @param origination TLS that isn't the mesh's own; null: none
    record Definition(
            Edge.Service service,
            int port,
            Origin origin,
            PolicyInForce policy,
            Tls tls,
            String namespace,
            UpstreamHttp http,
            @Nullable TlsOrigination origination) {
        Definition(
                Edge.Service service,
                int port,
                Origin origin,
                PolicyInForce policy,
                Tls tls,
                String namespace,
                UpstreamHttp http) {
            this(service, port, origin, policy, tls, namespace, http, null);
        }
    }

    /// The counts of what goes to the application at one port.
    static Cluster inbound(int port, Definition definition, LongSupplier clock) {
        return new Cluster(INBOUND + port + "||", definition, clock);
    }

    Cluster(String name, Definition definition) {
        this(name, definition, () -> 0);
    }

    /// @param clock nanoseconds, monotonic
    Cluster(String name, Definition definition, LongSupplier clock) {
        this(name, definition, clock, new Breakers(definition.policy()));
    }

    private Cluster(String name, Definition definition, LongSupplier clock, Breakers breakers) {
        this.name = name;
        this.clock = clock;
        this.inbound = name.startsWith(INBOUND);
        this.sni = name.replace("|", "_.");
        this.definition = definition;
        this.hashing = hashing(definition);
        this.breakers = breakers;
    }

    private static @Nullable HashPolicy hashing(Definition definition) {
        return switch (definition.policy().balancing()) {
            case RING_HASH, MAGLEV -> HashPolicy.of(definition.policy().hash());
            case LEAST_REQUEST, ROUND_ROBIN, RANDOM, PASSTHROUGH, PEAK_EWMA, UNKNOWN -> null;
        };
    }

    /// Envoy's name: `outbound|9080|v1|reviews.default.svc.cluster.local`.
    public String name() {
        return name;
    }

    /// Whether it stands for the own application, of which it knows no endpoint.
    public boolean isInbound() {
        return inbound;
    }

    /// What a mesh mTLS client says in its hello, as Istio's do:
    /// `outbound_.9080_.v1_.reviews.default.svc.cluster.local`.
    public String sni() {
        return sni;
    }

    public Tls tls() {
        return definition.tls();
    }

    /// Which HTTP is spoken to its endpoints.
    public UpstreamHttp http() {
        return definition.http();
    }

    /// Whether connections to that endpoint on behalf of this cluster are mesh mTLS, to the peer that
    /// {@link Endpoint#expectedPeer} names.
    /// Clusters share endpoints and may differ, and the answer may change with the next rule: a connection is
    /// reused only by requests for which it is the same.
    public boolean usesMutualTls(Endpoint endpoint) {
        return switch (definition.tls()) {
            case AUTO -> endpoint.takesMutualTls();
            case DISABLED -> false;
            case MUTUAL -> true;
        };
    }

    /// TLS to its endpoints other than the mesh's own; null: none. The same instance until rules say something else.
    public @Nullable TlsOrigination originates() {
        return definition.origination();
    }

    public Edge.Service service() {
        return definition.service();
    }

    public long connectTimeoutNanos() {
        return definition.policy().pool().connectTimeoutNanos();
    }

    /// What the client's DestinationRule says, or the defaults.
    public PolicyInForce policy() {
        return definition.policy();
    }

    public Breakers breakers() {
        return breakers;
    }

    /// How endpoints are chosen, as the client's DestinationRule says or by default.
    public LoadBalancer balancing() {
        return definition.policy().balancing();
    }

    /// Those that may be chosen: healthy ones, or all when none is healthy, because an answer that might come beats
    /// one that can't; and none that is ejected.
    public List<Endpoint> endpoints() {
        Balancer now = balancer;
        return now == null ? List.of() : now.endpoints().all();
    }

    /// Chooses an endpoint, avoiding those already tried as long as another is left.
    ///
    /// @return null when the cluster has none
    public @Nullable Endpoint pick(RandomGenerator random, Collection<Endpoint> tried) {
        long due = rewarmAt.get();
        if (due != NEVER) {
            rewarm(due);
        }
        Balancer now = balancer;
        if (now == null) {
            return null;
        }
        Endpoint drawn = now.next(random);
        return tried.isEmpty() || !tried.contains(drawn) ? drawn : untried(now, random, tried, drawn);
    }

    /// The same with the hash of the request's key: always the same endpoint, also for a retry, as in Istio, which
    /// avoids no host then (`retry.go`).
    ///
    /// @param hash from {@link #hashing}, or {@link HashPolicy#NO_KEY}
    public @Nullable Endpoint pick(RandomGenerator random, Collection<Endpoint> tried, long hash) {
        return hash != HashPolicy.NO_KEY && hashing != null && balancer instanceof HashBalancer consistent
                ? consistent.at(hash)
                : pick(random, tried);
    }

    /// What of a request chooses the endpoint; null: nothing.
    public @Nullable HashPolicy hashing() {
        return hashing;
    }

    private static Endpoint untried(
            Balancer balancer, RandomGenerator random, Collection<Endpoint> tried, Endpoint otherwise) {
        for (int i = 0; i < RESELECTIONS; i++) {
            Endpoint drawn = balancer.next(random);
            if (!tried.contains(drawn)) {
                return drawn;
            }
        }
        List<Endpoint> all = balancer.endpoints().all();
        int start = random.nextInt(all.size());
        for (int i = 0; i < all.size(); i++) {
            Endpoint candidate = all.get((start + i) % all.size());
            if (!tried.contains(candidate)) {
                return candidate;
            }
        }
        return otherwise;
    }

    boolean resolvesNames() {
        return definition.origin() == Origin.NAME || definition.origin() == Origin.ONE_ADDRESS;
    }

    /// Whether its endpoint is whatever address the caller asked for.
    public boolean followsCaller() {
        return definition.origin() == Origin.CALLER;
    }

    /// The same cluster for callers that asked for one address.
    Cluster towards(Edge.Service service, String host, int port) {
        Definition here = definition;
        TlsOrigination origination = here.origination();
        var there = new Cluster(
                name,
                new Definition(
                        service,
                        port,
                        here.origin(),
                        here.policy(),
                        here.tls(),
                        "",
                        here.http(),
                        origination == null
                                ? null
                                : origination.towards(here.service().host(), host)),
                clock,
                breakers);
        there.replace(List.of(new Endpoint(host, HostEndpoints.socketAddress(host, port), WorkloadLabels.NOBODY, 1)));
        return there;
    }

    /// The same cluster with that one of its endpoints; all, when it has left.
    Cluster only(String address, int port) {
        var there = new Cluster(name, definition, clock, breakers);
        List<Endpoint> one = members.stream()
                .filter(endpoint -> endpoint.address().getPort() == port
                        && endpoint.address().getHostString().equals(address))
                .toList();
        there.replace(one.isEmpty() ? members : one);
        return there;
    }

    Definition definition() {
        return definition;
    }

    void define(Definition now) {
        definition = now;
        hashing = hashing(now);
        breakers.define(now.policy());
    }

    /// Rare, and the only thing here that takes turns: endpoints, rules and answers may all change who is chosen.
    ///
    /// @param from where the caller runs
    synchronized void replace(List<Endpoint> now, Place from) {
        members = List.copyOf(now);
        failing.retainAll(members);
        if (definition.policy().healthCheck() == null) {
            failing.clear();
        }
        home = from;
        OutlierSettings settings = definition.policy().outlier();
        outliers = settings == null ? null : new Outliers(settings, members, outliers);
        rebalance();
    }

    void replace(List<Endpoint> now) {
        replace(now, Place.UNKNOWN);
    }

    /// On whichever event loop comes by first.
    private void rewarm(long due) {
        if (clock.getAsLong() - due >= 0 && rewarmAt.compareAndSet(due, NEVER)) {
            rebalance();
        }
    }

    private synchronized void rebalance() {
        rewarmAt.set(NEVER);
        Set<Endpoint> well = Set.copyOf(well());
        List<LocalityPlan.Part> parts = LocalityPlan.of(definition.policy(), home, members, well::contains);
        if (parts.isEmpty()) {
            balancer = null;
        } else if (parts.size() == 1) {
            balancer = balancer(parts.getFirst().endpoints());
        } else {
            balancer = new PartedBalancer(
                    new WeightedEndpoints(parts.stream()
                            .flatMap(part -> part.endpoints().stream())
                            .toList()),
                    parts.stream().map(part -> balancer(part.endpoints())).toList(),
                    parts.stream().map(LocalityPlan.Part::share).toList());
        }
    }

    /// Those that are neither ejected nor failing checks; all, where these would be fewer than the share that has to be
    /// healthy: then it is more likely that the judgement is wrong (panic).
    private List<Endpoint> well() {
        Outliers judge = outliers;
        OutlierSettings settings = definition.policy().outlier();
        int least = settings == null ? 0 : settings.minHealthPercent();
        List<Endpoint> trusted = members.stream()
                .filter(endpoint -> !failing.contains(endpoint) && !(judge != null && judge.isEjected(endpoint)))
                .toList();
        return trusted.size() * 100L < (long) least * members.size() ? members : trusted;
    }

    /// What checks say of an endpoint.
    ///
    /// @param why for people
    public void checked(Endpoint endpoint, boolean healthy, String why) {
        synchronized (this) {
            if (!members.contains(endpoint) || (healthy ? !failing.remove(endpoint) : !failing.add(endpoint))) {
                return;
            }
            if (healthy) {
                endpoint.begins(clock.getAsLong());
            }
            rebalance();
        }
        tell(endpoint, healthy ? HealthChange.Kind.HEALTHY : HealthChange.Kind.UNHEALTHY, why);
    }

    /// Who is told of endpoints' health; may be called on an event loop.
    void tellHealthTo(Consumer<HealthChange> listener) {
        health = listener;
    }

    private void tell(Endpoint endpoint, HealthChange.Kind kind, String why) {
        health.accept(new HealthChange(this, endpoint, kind, why));
    }

    /// An endpoint has answered.
    ///
    /// @param now nanoseconds on a clock that all event loops share
    public void onAnswer(Endpoint endpoint, int status, long now) {
        Outliers judge = outliers;
        if (judge != null && judge.onAnswer(endpoint, status, now)) {
            ejections.increment();
            rebalance();
            tell(endpoint, HealthChange.Kind.EJECTED, "last answer: " + status);
        }
    }

    /// An endpoint couldn't be reached, broke off, or took too long.
    public void onLocalFailure(Endpoint endpoint, long now) {
        Outliers judge = outliers;
        if (judge != null && judge.report(endpoint, HostHealth.Event.LOCAL_FAILURE, now)) {
            ejections.increment();
            rebalance();
            tell(endpoint, HealthChange.Kind.EJECTED, "last answer: none");
        }
    }

    /// Whether answers are to be told here.
    public boolean detectsOutliers() {
        return outliers != null;
    }

    /// Whether {@link #took} is to be told.
    public boolean measuresLatency() {
        return definition.policy().balancing() == LoadBalancer.PEAK_EWMA;
    }

    /// How long an endpoint took to answer, or has taken when it was given up.
    public void took(Endpoint endpoint, long nanos) {
        endpoint.took(nanos, clock.getAsLong());
    }

    /// To be called now and then, best before each pick.
    public void sweep(long now) {
        Outliers judge = outliers;
        if (judge != null
                && judge.sweep(now, endpoint -> tell(endpoint, HealthChange.Kind.RETURNED, "ejection is over"))) {
            rebalance();
        }
    }

    /// How often an endpoint was ejected.
    public long ejections() {
        return ejections.sum();
    }

    /// All that are healthy as far as their leases tell, ejected or not.
    public List<Endpoint> members() {
        return members;
    }

    boolean isFailing(Endpoint endpoint) {
        return failing.contains(endpoint);
    }

    boolean isEjected(Endpoint endpoint) {
        Outliers judge = outliers;
        return judge != null && judge.isEjected(endpoint);
    }

    private Balancer balancer(List<Endpoint> all) {
        return switch (definition.policy().balancing()) {
            case ROUND_ROBIN -> new Balancer.RoundRobin(warmed(all), turn);
            case RANDOM -> new Balancer.Lottery(new WeightedEndpoints(all));
            case PEAK_EWMA -> new Balancer.PeakEwma(new WeightedEndpoints(all), clock);
            case RING_HASH, MAGLEV ->
                all.size() == 1
                        ? new Balancer.LeastRequest(new WeightedEndpoints(all))
                        : consistent(new WeightedEndpoints(all));
            case LEAST_REQUEST, PASSTHROUGH, UNKNOWN -> new Balancer.LeastRequest(warmed(all));
        };
    }

    /// New endpoints get less, where a rule says so; sees to it that they get more later.
    private WeightedEndpoints warmed(List<Endpoint> all) {
        Warmup said = definition.policy().warmup();
        if (said == null) {
            return new WeightedEndpoints(all);
        }
        var warming = WarmingUp.of(said);
        long now = clock.getAsLong();
        if (all.stream().noneMatch(endpoint -> warming.isNew(endpoint, now))) {
            return new WeightedEndpoints(all);
        }
        rewarmAt.set(now + warming.stepNanos());
        return new WeightedEndpoints(all, warming.weights(all, now));
    }

    private Balancer consistent(WeightedEndpoints now) {
        PolicyInForce policy = definition.policy();
        return policy.balancing() == LoadBalancer.MAGLEV
                ? new HashBalancer.Maglev(now, policy.hashTableSize())
                : new HashBalancer.Ring(now, policy.hashTableSize());
    }

    @Override
    public String toString() {
        return name;
    }
}
