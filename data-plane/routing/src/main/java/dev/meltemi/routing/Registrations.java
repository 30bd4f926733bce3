package dev.meltemi.routing;

import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Who is where, from the endpoint records: by address for the callers of this workload, by instance for the workload
/// itself. One writer; readers see each address and each instance as one value.
final class Registrations {
    private final Map<String, WorkloadLabels> labels = new HashMap<>();
    private final Map<String, TreeMap<String, WorkloadLabels>> byAddress = new HashMap<>();
    private final Map<String, TreeMap<String, ServiceEndpoint>> byInstance = new HashMap<>();
    private final Map<String, WorkloadLabels> peers = new ConcurrentHashMap<>();
    private final Map<String, List<ServiceEndpoint>> served = new ConcurrentHashMap<>();
    private final Map<String, TreeMap<String, ServiceEndpoint>> recordsAt = new HashMap<>();
    private final Map<String, List<ServiceEndpoint>> servedAt = new ConcurrentHashMap<>();
    private String cluster = "";
    private final AtomicLong version = new AtomicLong();

    /// @param servicePort by which the service knows the port
    record Served(String host, int servicePort, String address, int port) {}

    /// Names the cluster in labels made from now on.
    void belongTo(String cluster) {
        this.cluster = cluster;
    }

    void put(String key, ServiceEndpoint endpoint) {
        var who = WorkloadLabels.of(endpoint.getWorkload(), endpoint.getNamespace(), endpoint.getLabels(), cluster);
        WorkloadLabels before = labels.get(key);
        if (who.equals(before)) {
            who = before;
        } else {
            labels.put(key, who);
        }
        byAddress.computeIfAbsent(endpoint.getAddress(), _ -> new TreeMap<>()).put(key, who);
        recordsAt.computeIfAbsent(endpoint.getAddress(), _ -> new TreeMap<>()).put(key, endpoint);
        byInstance.computeIfAbsent(endpoint.getInstance(), _ -> new TreeMap<>()).put(key, endpoint);
        publish(endpoint);
    }

    /// @param now what the same key says by now, null when it is gone
    void remove(String key, ServiceEndpoint gone, @Nullable ServiceEndpoint now) {
        if (now == null) {
            labels.remove(key);
        }
        if (now == null || !now.getAddress().equals(gone.getAddress())) {
            byAddress.getOrDefault(gone.getAddress(), new TreeMap<>()).remove(key);
            recordsAt.getOrDefault(gone.getAddress(), new TreeMap<>()).remove(key);
        }
        if (now == null || !now.getInstance().equals(gone.getInstance())) {
            byInstance.getOrDefault(gone.getInstance(), new TreeMap<>()).remove(key);
        }
        publish(gone);
    }

    private void publish(ServiceEndpoint changed) {
        var here = byAddress.getOrDefault(changed.getAddress(), new TreeMap<>());
        if (here.isEmpty()) {
            byAddress.remove(changed.getAddress());
            peers.remove(changed.getAddress());
        } else if (here.values().stream().distinct().count() == 1) {
            peers.put(changed.getAddress(), here.firstEntry().getValue());
        } else {
            // Several workloads behind one address: naming one of them would be a guess.
            peers.put(changed.getAddress(), WorkloadLabels.NOBODY);
        }
        var there = recordsAt.getOrDefault(changed.getAddress(), new TreeMap<>());
        if (there.isEmpty()) {
            recordsAt.remove(changed.getAddress());
            servedAt.remove(changed.getAddress());
        } else {
            servedAt.put(changed.getAddress(), List.copyOf(there.values()));
        }
        var serves = byInstance.getOrDefault(changed.getInstance(), new TreeMap<>());
        if (serves.isEmpty()) {
            byInstance.remove(changed.getInstance());
            served.remove(changed.getInstance());
        } else {
            served.put(changed.getInstance(), List.copyOf(serves.values()));
        }
        version.incrementAndGet();
    }

    /// By key of the endpoint record.
    Map<String, WorkloadLabels> labels() {
        return Collections.unmodifiableMap(labels);
    }

    WorkloadLabels peer(String address) {
        return peers.getOrDefault(address, WorkloadLabels.NOBODY);
    }

    List<ServiceEndpoint> servedBy(String instance) {
        return served.getOrDefault(instance, List.of());
    }

    /// The first by the records' keys, when several services share the port.
    @Nullable
    Served servedAt(String address, int port) {
        for (ServiceEndpoint endpoint : servedAt.getOrDefault(address, List.of())) {
            for (var ports : endpoint.getPorts().entrySet()) {
                if (ports.getValue() == port) {
                    return new Served(endpoint.getHost(), Integer.parseInt(ports.getKey()), address, port);
                }
            }
        }
        return null;
    }

    long version() {
        return version.get();
    }
}
