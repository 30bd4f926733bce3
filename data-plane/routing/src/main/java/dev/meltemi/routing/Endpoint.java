package dev.meltemi.routing;

import dev.meltemi.schemas.access.WorkloadLabels;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/// One address of a cluster. Lives as long as the address does, across tables, so that what is known of it is kept.
public final class Endpoint {
    private final String instance;
    private final InetSocketAddress address;
    private final String text;
    private final WorkloadLabels labels;
    private final int weight;
    private final AtomicInteger active = new AtomicInteger();

    /// @param address unresolved when the host is a name
    public Endpoint(String instance, InetSocketAddress address, WorkloadLabels labels, int weight) {
        this.instance = instance;
        this.address = address;
        this.text = address.getHostString() + ":" + address.getPort();
        this.labels = labels;
        this.weight = weight;
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

    /// `address:port`.
    @Override
    public String toString() {
        return text;
    }
}
