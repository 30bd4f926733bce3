package dev.meltemi.routing;

import dev.meltemi.schemas.access.WorkloadLabels;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// One address of a host. Lives as long as instance and address do, across tables and shared by the subsets of its
/// host, so that pools and counts are kept. Compares by identity.
public final class Endpoint {
    private final String instance;
    private volatile InetSocketAddress address;
    private final String text;
    private final AtomicInteger active = new AtomicInteger();
    private volatile WorkloadLabels labels;
    private volatile int weight;
    private volatile Identity identity;
    private volatile Place place = Place.UNKNOWN;
    private volatile long since;
    private final Latency latency = new Latency();
    private volatile boolean gone;

    /// Who an endpoint is, as its record says.
    ///
    /// @param mtls it takes mesh mTLS
    /// @param peer path of the SPIFFE id that it must prove over mesh mTLS, `ns/NS/sa/SA`, within the caller's own
    /// trust domain; null: nothing is known, any member of the mesh will do
    record Identity(boolean mtls, @Nullable String peer) {
        static final Identity UNKNOWN = new Identity(false, null);
    }

    /// @param address unresolved when the host is a name
    /// @param weight share among the endpoints of a cluster; less than 1 counts as 1
    public Endpoint(String instance, InetSocketAddress address, WorkloadLabels labels, int weight) {
        this(instance, address, labels, weight, Identity.UNKNOWN);
    }

    Endpoint(String instance, InetSocketAddress address, WorkloadLabels labels, int weight, Identity identity) {
        this.instance = instance;
        this.address = address;
        this.text = address.getHostString() + ":" + address.getPort();
        this.labels = labels;
        this.weight = Math.max(1, weight);
        this.identity = identity;
    }

    public String instance() {
        return instance;
    }

    /// Where the next connection goes.
    public InetSocketAddress address() {
        return address;
    }

    /// Another address of the same name; connections that are open stay.
    void relocate(InetSocketAddress now) {
        address = now;
    }

    public WorkloadLabels labels() {
        return labels;
    }

    public int weight() {
        return weight;
    }

    /// Whether it takes mesh mTLS. Whether callers use it is the cluster's to say, {@link Cluster#usesMutualTls}.
    public boolean takesMutualTls() {
        return identity.mtls();
    }

    /// Path of the SPIFFE id that it must prove over mesh mTLS, `ns/NS/sa/SA`, within the caller's own trust domain;
    /// null when nothing is known of it, and then any member of the mesh will do, as in Istio.
    public @Nullable String expectedPeer() {
        return identity.peer();
    }

    /// Whether its record is gone: nothing new is sent there, and what is connected shall end.
    public boolean isGone() {
        return gone;
    }

    void leave() {
        gone = true;
    }

    Place place() {
        return place;
    }

    void moveTo(Place now) {
        place = now;
    }

    /// When it became one that may be chosen, nanoseconds on the clock of its {@link Clusters}.
    long since() {
        return since;
    }

    /// It is new, or well again.
    void begins(long now) {
        since = now;
    }

    /// What its next answer is expected to take.
    double latencyNanos(long now) {
        return latency.nanos(now);
    }

    void took(long nanos, long now) {
        latency.saw(nanos, now);
    }

    /// Requests under way, which least-request balancing compares.
    public int active() {
        return active.get();
    }

    public void begin() {
        active.incrementAndGet();
    }

    public void end() {
        active.decrementAndGet();
    }

    /// What may change while the address stays. Labels that say the same keep their identity, because edges hang on it.
    void describe(WorkloadLabels now, int weight, Identity identity) {
        if (!now.equals(labels)) {
            labels = now;
        }
        this.weight = Math.max(1, weight);
        this.identity = identity;
    }

    /// `address:port`.
    @Override
    public String toString() {
        return text;
    }
}
