package dev.meltemi.routing;

import dev.meltemi.schemas.access.WorkloadLabels;
import dev.meltemi.schemas.compiled.ServiceEndpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The endpoint records of one host and the endpoints made of them. An endpoint is made once for an instance and an
/// address, however often its record changes. Guarded by its owner, {@link Clusters}.
final class HostEndpoints {
    /// In the order of their keys, so that clusters list them alike everywhere.
    private final TreeMap<String, ServiceEndpoint> records = new TreeMap<>();
    private Map<Key, Endpoint> made = new HashMap<>();
    /// Whose record said so.
    private Set<Key> unwell = Set.of();

    private record Key(String instance, String address, int port) {}

    void put(String key, ServiceEndpoint endpoint) {
        records.put(key, endpoint);
    }

    void remove(String key) {
        records.remove(key);
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    /// Makes and drops endpoints so that there is one for each port of each record.
    ///
    /// @param resolved addresses of names that were asked for, none for one that has none
    /// @param clock nanoseconds at which a new one begins
    void refresh(Map<String, WorkloadLabels> labels, Map<String, List<InetAddress>> resolved, long clock) {
        var now = new HashMap<Key, Endpoint>();
        var ill = new HashSet<Key>();
        records.forEach((key, endpoint) -> {
            WorkloadLabels who = labels.getOrDefault(key, WorkloadLabels.NOBODY);
            List<InetAddress> found = resolved.getOrDefault(endpoint.getAddress(), List.of());
            for (int port : endpoint.getPorts().values()) {
                Endpoint named = endpoint(endpoint, endpoint.getAddress(), port, who, clock, now, ill);
                if (!found.isEmpty()) {
                    named.relocate(new InetSocketAddress(found.getFirst(), port));
                }
                for (InetAddress each : found) {
                    endpoint(endpoint, each.getHostAddress(), port, who, clock, now, ill);
                }
            }
        });
        made.forEach((place, endpoint) -> {
            if (!now.containsKey(place)) {
                endpoint.leave();
            }
        });
        made = now;
        unwell = ill;
    }

    private Endpoint endpoint(
            ServiceEndpoint endpoint,
            String address,
            int port,
            WorkloadLabels who,
            long clock,
            Map<Key, Endpoint> now,
            Set<Key> ill) {
        var place = new Key(endpoint.getInstance(), address, port);
        Endpoint.Identity identity = identity(endpoint);
        Endpoint kept = made.get(place);
        if (kept == null) {
            kept = new Endpoint(place.instance(), socketAddress(address, port), who, endpoint.getWeight(), identity);
            kept.begins(clock);
        } else {
            kept.describe(who, endpoint.getWeight(), identity);
            if (endpoint.getHealthy() && unwell.contains(place)) {
                kept.begins(clock);
            }
        }
        if (!endpoint.getHealthy()) {
            ill.add(place);
        }
        kept.moveTo(new Place(endpoint.getLocality(), endpoint.getLabels()));
        now.put(place, kept);
        return kept;
    }

    /// Names among the addresses of its records.
    void addNames(Set<String> names) {
        records.values().forEach(endpoint -> {
            if (isName(endpoint.getAddress())) {
                names.add(endpoint.getAddress());
            }
        });
    }

    static boolean isName(String address) {
        return !address.isEmpty()
                && address.charAt(0) != '/'
                && socketAddress(address, 0).isUnresolved();
    }

    /// A workload that names no service account runs as its namespace's `default`, as in Kubernetes.
    private Endpoint.Identity identity(ServiceEndpoint endpoint) {
        if (endpoint.getNamespace().isEmpty()) {
            return new Endpoint.Identity(endpoint.getMtls(), null);
        }
        String account = endpoint.getServiceAccount().isEmpty() ? "default" : endpoint.getServiceAccount();
        return new Endpoint.Identity(endpoint.getMtls(), "ns/" + endpoint.getNamespace() + "/sa/" + account);
    }

    /// Those that serve a port and have the labels: the healthy ones, or all when none is healthy.
    ///
    /// @param resolved as for {@link #refresh}
    List<Endpoint> of(Cluster.Definition wanted, Map<String, List<InetAddress>> resolved) {
        var healthy = new ArrayList<Endpoint>();
        var all = new ArrayList<Endpoint>();
        String servicePort = Integer.toString(wanted.port());
        for (ServiceEndpoint endpoint : records.values()) {
            Integer port = endpoint.getPorts().get(servicePort);
            if (port == null
                    || !(wanted.namespace().isEmpty() || wanted.namespace().equals(endpoint.getNamespace()))
                    || !endpoint.getLabels()
                            .entrySet()
                            .containsAll(wanted.policy().labels().entrySet())) {
                continue;
            }
            for (String address : addresses(wanted, endpoint.getAddress(), resolved)) {
                Endpoint here = made.get(new Key(endpoint.getInstance(), address, port));
                if (here == null) {
                    continue;
                }
                all.add(here);
                if (endpoint.getHealthy()) {
                    healthy.add(here);
                }
            }
        }
        return healthy.isEmpty() ? all : healthy;
    }

    /// A name stands for itself until it was asked for: then the connection that needs it asks.
    private static List<String> addresses(
            Cluster.Definition wanted, String address, Map<String, List<InetAddress>> resolved) {
        List<InetAddress> found = resolved.get(address);
        boolean all = wanted.origin() == Cluster.Origin.NAME;
        boolean one = wanted.origin() == Cluster.Origin.ONE_ADDRESS;
        if (found == null || !(all || one)) {
            return List.of(address);
        }
        if (one) {
            return found.isEmpty() ? List.of() : List.of(address);
        }
        return found.stream().map(InetAddress::getHostAddress).toList();
    }

    /// Resolved when the address is an IP address; a name is left to the proxy.
    static InetSocketAddress socketAddress(String address, int port) {
        if (!address.isEmpty() && (address.indexOf(':') >= 0 || Character.digit(address.charAt(0), 10) >= 0)) {
            try {
                return new InetSocketAddress(InetAddress.ofLiteral(address), port);
            } catch (IllegalArgumentException _) {
                // a name that begins with a digit
            }
        }
        return InetSocketAddress.createUnresolved(address, port);
    }
}
