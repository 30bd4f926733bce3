package dev.meltemi.routing;

import dev.meltemi.schemas.access.WorkloadLabels;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/// One address of a host. Lives as long as instance and address do, across tables and shared by the subsets of its
/// host, so that pools and counts are kept. Compares by identity.
public final class Endpoint {
    private final String instance;
    private final InetSocketAddress address;
    private final String text;
    private final AtomicInteger active = new AtomicInteger();
    private volatile WorkloadLabels labels;
    private volatile int weight;

    /// @param address unresolved when the host is a name
    /// @param weight share among the endpoints of a cluster; less than 1 counts as 1
    public Endpoint(String instance, InetSocketAddress address, WorkloadLabels labels, int weight) {
        this.instance = instance;
        this.address = address;
        this.text = address.getHostString() + ":" + address.getPort();
        this.labels = labels;
        this.weight = Math.max(1, weight);
    }

    public String instance() {
        return instance;
    }

    public InetSocketAddress address() {
        return address;
    }

    public WorkloadLabels labels() {
        return labels;
    }

    public int weight() {
        return weight;
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
    void describe(WorkloadLabels now, int weight) {
        if (!now.equals(labels)) {
            labels = now;
        }
        this.weight = Math.max(1, weight);
    }

    /// `address:port`.
    @Override
    public String toString() {
        return text;
    }
}
